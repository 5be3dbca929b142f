"""Runs jobs without any isolation: a stand-in for the sandbox in tests of the agents, never
a part of unitmill. Usage: run_job.py GUEST_FOLDER [MODULE...]; jobs come in and outcomes
go out as lines of JSON. The modules are imported once, each job runs in a fork.
"""

import contextlib
import importlib
import io
import json
import os
import random
import select
import signal
import sys
import tempfile
import traceback
import types
import unittest

sys.path.insert(0, sys.argv[1])
import coverage  # noqa: E402
import observe  # noqa: E402
import traits  # noqa: E402

observe.traits = vars(traits)

OUTCOME = {
    "verdict": "passed",
    "tests": [],
    "tests_run": 0,
    "tests_passed": 0,
    "detail": "",
    "output": "",
    "observations": [],
    "coverage": None,
    "duration_ms": 1,
}


def short(error):
    lines = traceback.format_exception_only(type(error), error)
    return "".join(lines).strip()


def load(job, reader):
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    code = compile(job["files"][0]["content"], "solution.py", "exec", dont_inherit=True)
    if reader is not None:
        reader.watch(code)
    exec(code, module.__dict__)
    return module


def judge(module, outcome):
    class Result(unittest.TestResult):
        def note(self, test, status, message=""):
            name = f"{type(test).__name__}.{test._testMethodName}"
            outcome["tests"].append({"id": name, "status": status, "message": message})

        def addSuccess(self, test):
            self.note(test, "passed")

        def addFailure(self, test, err):
            self.note(test, "failed", short(err[1]))

        def addError(self, test, err):
            self.note(test, "error", short(err[1]))

    unittest.defaultTestLoader.loadTestsFromModule(module).run(Result())
    outcome["tests_run"] = len(outcome["tests"])
    outcome["tests_passed"] = sum(test["status"] == "passed" for test in outcome["tests"])
    worst = [test for test in outcome["tests"] if test["status"] != "passed"]
    if not outcome["tests"]:
        outcome["verdict"] = "no_tests"
    elif any(test["status"] == "error" for test in worst):
        outcome["verdict"] = "error"
    elif worst:
        outcome["verdict"] = "failed"
    if worst:
        outcome["detail"] = f"{worst[0]['id']}: {worst[0]['message']}"


def run(job):
    outcome = json.loads(json.dumps(OUTCOME))
    random.seed(job["seed"])
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(job["seed"])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        asked = job["kind"]["observe"] if isinstance(job["kind"], dict) else None
        with_lines = asked is not None and asked["lines"]
        reader = coverage.start("solution.py") if with_lines else None
        try:
            module = load(job, reader)
        except SyntaxError as error:
            outcome.update(verdict="syntax_error", detail=short(error))
        except ImportError as error:
            outcome.update(verdict="import_error", detail=short(error))
        except BaseException as error:
            outcome.update(verdict="error", detail=short(error))
        else:
            if asked is not None:
                take = reader.take if with_lines else tuple
                take()
                for call in asked["calls"]:
                    seen = observe.observe(module, call, "solution.py", take)
                    yield {"observation": json.loads(seen)}
            else:
                judge(module, outcome)
        os.chdir("/")
    yield {"outcome": outcome}


def child(job, channel):
    sys.stdin = io.StringIO()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    for part in run(job):
        os.write(channel, (json.dumps(part) + "\n").encode())


def supervise(job):
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ours)
            child(job, theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    data = b""
    verdict = "incomplete"
    while True:
        ready, _, _ = select.select([ours], [], [], 4)
        if not ready:
            os.kill(pid, signal.SIGKILL)
            verdict = "timeout"
            break
        chunk = os.read(ours, 65536)
        if not chunk:
            break
        data += chunk
    os.close(ours)
    os.waitpid(pid, 0)
    outcome = None
    observations = []
    for line in data.splitlines():
        part = json.loads(line)
        outcome = part.get("outcome", outcome)
        if "observation" in part:
            observations.append(part["observation"])
    if outcome is None:
        outcome = dict(OUTCOME, verdict=verdict, detail=f"the run ended: {verdict}")
    outcome["observations"] = observations
    return outcome


def main():
    for name in sys.argv[2:]:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(supervise(json.loads(line))), flush=True)


main()
