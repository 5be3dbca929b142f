"""`scripts/bench pipeline`: the whole pipeline against a model server that answers in 200 ms,
beside `unitmill exec` on the very executions that it did, in turn, medians of several rounds.

The corpus is the recorded pairs of `data/bench`, each many times under new names. Half of
the functions are right; the others are broken, and for half of these one of the first
round's three answers is right, for the rest none ever is. The server (a process of its own,
on the same cores) knows the tests, the fixes and a docstring for every function. What was
executed is read from the run's attempts; `exec` gets the same code and tests, and has to
come to the same verdicts. Both are timed from start to end, start-up included.
"""

import argparse
import ast
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = ROOT / "data/bench/pairs.jsonl"
CACHE = Path(
    os.environ.get("UNITMILL_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unitmill"
)

# Run by a Python that has pyarrow.
READ_ATTEMPTS = """
import glob, json, sys
import pyarrow.parquet
columns = ["candidate_id", "kind", "step", "code", "tests", "verdict", "replayed"]
for name in sorted(glob.glob(sys.argv[1] + "/attempts/*.parquet")):
    for row in pyarrow.parquet.read_table(name, columns=columns).to_pylist():
        print(json.dumps(row))
"""


def python_with_arrow():
    folder = CACHE / "bench-pipeline"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import pyarrow"], capture_output=True).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pyarrow"], check=True)
    return python


def server_program():
    """Built beside the program that is measured, or what UNITMILL_FAKE_SERVER names."""
    if program := os.environ.get("UNITMILL_FAKE_SERVER"):
        return program
    target = Path(os.environ["CARGO_TARGET_DIR"])
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "-p", "unitmill-testkit", "--bin", "fake-model-server"],
        cwd=ROOT, check=True, stdout=sys.stderr,
    )
    return target / "release/fake-model-server"


class Function:
    """A recorded pair, and the edits that make other versions of its function."""

    def __init__(self, pair):
        self.code, self.tests = pair["code"], pair["test"]
        tree = ast.parse(self.code)
        node = tree.body[-1]
        self.name = node.name
        returns = [
            found for found in ast.walk(node) if isinstance(found, ast.Return) and found.value
        ]
        value = returns[-1].value
        self.value = self.offset(value.lineno, value.col_offset), self.offset(
            value.end_lineno, value.end_col_offset
        )
        first = node.body[0]
        self.has_docstring = ast.get_docstring(node) is not None
        self.body = self.offset(first.lineno, first.col_offset)

    def offset(self, line, column):
        lines = self.code.splitlines(keepends=True)
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    def wrong(self, number):
        start, end = self.value
        return f"{self.code[:start]}({self.code[start:end]}, {number}){self.code[end:]}"

    def refined(self):
        """With a docstring; with a comment in front where it has one."""
        if self.has_docstring:
            return f"# As it was.\n{self.code}"
        line = self.code.rfind("\n", 0, self.body) + 1
        indent = self.code[line : self.body]
        return f'{self.code[:self.body]}"""Return what was asked for."""\n{indent}{self.code[self.body:]}'

    def named(self, text, name):
        return re.sub(rf"\b{re.escape(self.name)}\b", name, text)


def functions(program, environment, count, folder):
    """Those recorded pairs of which every version does what it is to do."""
    found = []
    # No more than are asked for are looked at.
    for line in PAIRS.read_text(encoding="utf-8").splitlines()[:count]:
        pair = json.loads(line)
        if isinstance(ast.parse(pair["code"]).body[-1], ast.FunctionDef):
            found.append(Function(pair))
    rows = []
    for function in found:
        for code in (function.code, function.wrong(0), function.refined()):
            rows.append((code, function.tests))
    verdicts = execute(program, environment, rows, folder)[1]
    sound = []
    for index, function in enumerate(found):
        right, wrong, refined = verdicts[3 * index : 3 * index + 3]
        if right == refined == "passed" and wrong in ("failed", "error"):
            sound.append(function)
    return sound


def make_corpus(functions, count, folder):
    """A file for each function, and the server's rules."""
    corpus = folder / "corpus"
    corpus.mkdir()

    def block(text):
        return f"```python\n{text}\n```\n"

    with open(folder / "rules.jsonl", "w", encoding="utf-8") as rules:
        for number in range(count):
            function = functions[number % len(functions)]
            name = f"{function.name}_{number:05}"

            def version(text):
                return function.named(text, name)

            is_right, is_fixable = number % 4 < 2, number % 4 == 2
            code = function.code if is_right else function.wrong(0)
            (corpus / f"{name}.py").write_text(version(code), encoding="utf-8")
            asked = f"`{name}`"
            first = [function.wrong(sample) for sample in (1, 2, 3)]
            if is_fixable:
                first[number // 4 % 3] = function.code
            later = [function.wrong(sample) for sample in (4, 5, 6)]
            for model, when, answers in (
                ("tests", [asked], [function.tests]),
                ("fix", [asked, "Earlier repairs"], later),
                ("fix", [asked], first),
                ("refine", [asked], [function.refined()]),
            ):
                answers = [block(version(answer)) for answer in answers]
                rules.write(json.dumps({"model": model, "when": when, "answers": answers}) + "\n")


def execute(program, environment, rows, folder):
    """Seconds of `unitmill exec` on code and tests, and the verdicts."""
    source, out = folder / "executions.jsonl", folder / "verdicts.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for number, (code, tests) in enumerate(rows):
            file.write(json.dumps({"id": str(number), "code": code, "test": tests}) + "\n")
    started = time.perf_counter()
    subprocess.run(
        [program, "exec", source, "--out", out, "--env", environment, "--quiet"],
        check=True, stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    with open(out, encoding="utf-8") as file:
        return seconds, [json.loads(line)["verdict"] for line in file]


def mill(program, environment, base_url, folder, settings):
    """Seconds of a whole `unitmill run`, and its folder."""
    out = folder / "run"
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "run", "recipes/quickstart.yaml", "--out", out, "--quiet"]
    settings = [
        f"input.0.path={folder}/corpus", "packages.require=none", "dedup.exact=false",
        f"sandbox.env={environment}",
        *(f"models.{agent}={{provider: openai, model: {agent}, base_url: '{base_url}'}}"
          for agent in ("tests", "fix", "refine")),
        *settings,
    ]
    for setting in settings:
        command += ["--set", setting]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started, out


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench pipeline", description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get("UNITMILL_PROGRAM"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--functions", type=int, default=1200)
    parser.add_argument("--latency-ms", type=int, default=200, help="that an answer takes")
    parser.add_argument("--set", action="append", default=[], help="a setting of the recipe", metavar="KEY=VALUE")
    options = parser.parse_args()
    python = python_with_arrow()
    server = server_program()
    environment = subprocess.run(
        [options.program, "env", "build", "scientific"], check=True, text=True, stdout=subprocess.PIPE
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        usable = functions(options.program, environment, options.functions, folder)
        make_corpus(usable, options.functions, folder)
        print(f"{options.functions} functions, {len(usable)} before they were copied; "
              f"answers in {options.latency_ms} ms", flush=True)
        process = subprocess.Popen(
            [server, "--latency-ms", str(options.latency_ms), "--answers", folder / "rules.jsonl",
             "--idle-exit-s", "120"],
            stdout=subprocess.PIPE, text=True,
        )
        base_url = process.stdout.readline().strip()
        try:
            measure(options, python, environment, base_url, folder)
        finally:
            process.kill()
            process.wait()


def measure(options, python, environment, base_url, folder):
    ratios = []
    for number in range(options.rounds):
        seconds, run = mill(options.program, environment, base_url, folder, options.set)
        lines = subprocess.run(
            [python, "-c", READ_ATTEMPTS, run], check=True, capture_output=True, text=True
        ).stdout
        attempts = [json.loads(line) for line in lines.splitlines()]
        executions = [row for row in attempts if row["kind"] == "execution"]
        calls = len(attempts) - len(executions)
        # Two functions that come to the same code share an execution; it counts once.
        executed = [row for row in executions if not row["replayed"]]
        if len(executed) < 0.95 * len(executions):
            sys.exit("more than one execution in twenty was read from a journal")
        # What only looks at calls is no pair that `exec` could run; it counts among what the
        # pipeline executes, and not for the rate of `exec`.
        judged = [row for row in executed if "unittest" in row["tests"]]
        bare, verdicts = execute(
            options.program, environment, [(row["code"], row["tests"]) for row in judged], folder
        )
        if verdicts != [row["verdict"] for row in judged]:
            sys.exit("`unitmill exec` came to other verdicts than the run")
        if number == 0:
            describe(executed, calls)
        rates = len(executed) / seconds, len(judged) / bare
        ratios.append(rates[0] / rates[1])
        print(f"round {number}: pipeline {seconds:.1f} s, {rates[0]:.0f} executions/s; "
              f"exec {bare:.1f} s, {rates[1]:.0f}/s; {ratios[-1]:.2f}", flush=True)
    print(f"\nthe pipeline does {statistics.median(ratios):.2f} of the executions a second of "
          f"`unitmill exec` (median of {options.rounds} rounds)")


def describe(executed, calls):
    passed = {
        step: {row["candidate_id"] for row in executed if row["step"] == step and row["verdict"] == "passed"}
        for step in ("first_run", "fix", "refine")
    }
    candidates = len({row["candidate_id"] for row in executed})
    steps = Counter(row["step"] for row in executed)
    print(f"{candidates} candidates: {len(passed['first_run'])} pass at first sight, "
          f"{len(passed['fix'])} after a fix; {calls} answers; {len(executed)} executions: "
          + ", ".join(f"{count} {step}" for step, count in steps.items()))


main()
