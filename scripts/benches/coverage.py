"""`scripts/bench coverage RUN`: how much of the functions of a finished run its tests reach.

Runs the tests of every published pair once more, outside of the sandbox and under coverage.py,
and counts the lines of the function alone: what the harness itself observed is not asked.
With `--pynguin PYTHON` (an interpreter that has Pynguin), it lets Pynguin write tests for a
sample of the same functions, for so many seconds each, and puts both side by side.

Needs pyarrow and coverage in the interpreter that runs it. The pairs are executed as they
are, by this user: only for runs over code that may be executed.
"""

import argparse
import ast
import json
import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# This file's own name must not hide the library's.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

PRELOADED = ("numpy", "pandas", "scipy.stats", "scipy.sparse", "sklearn.base", "unittest", "coverage")


def lines_of_function(source):
    """The lines of the last function's (or last method's) body, without its docstring."""
    definition = None
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            definition = node
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
            definition = methods[-1] if methods else definition
    body = definition.body
    if isinstance(body[0], ast.Expr) and isinstance(getattr(body[0].value, "value", None), str):
        body = body[1:]
    if not body:
        return set()
    return set(range(body[0].lineno, body[-1].end_lineno + 1))


# The worker: runs in the interpreter of the environment, a fork for each job.


def measure(job, folder):
    """Executed and executable lines of the function, with its tests run once."""
    import coverage

    os.chdir(folder)
    sys.path.insert(0, folder)
    name = "solution"
    path = Path(folder, f"{name}.py")
    path.write_text(job["code"], encoding="utf-8")
    watcher = coverage.Coverage(data_file=None, include=[str(path)], config_file=False)
    watcher.start()
    tests = {"__name__": "tests", "__builtins__": __builtins__}
    passed = 0
    if job["form"] == "unittest":
        import unittest

        # A pair is one module: the tests see all of the code's names.
        module = __import__(name)
        tests = dict(vars(module))
        before = set(tests)
        exec(compile(job["tests"], "tests.py", "exec"), tests)
        cases = [
            value
            for key, value in tests.items()
            if isinstance(value, type) and issubclass(value, unittest.TestCase)
            and (key not in before or value.__module__ == name)
        ]
        suite = unittest.TestSuite(
            unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases
        )
        result = unittest.TestResult()
        suite.run(result)
        passed = result.testsRun - len(result.failures) - len(result.errors)
    else:
        exec(compile(job["tests"], "tests.py", "exec"), tests)
        for key, value in list(tests.items()):
            if key.startswith("test_") and callable(value):
                try:
                    value()
                    passed += 1
                # What Pynguin expects to fail reaches lines all the same.
                except BaseException:
                    continue
    watcher.stop()
    _, statements, _, missing, _ = watcher.analysis2(str(path))
    lines = lines_of_function(job["code"])
    wanted = lines.intersection(statements)
    return {"lines": len(wanted), "reached": len(wanted.difference(missing)), "passed": passed}


def serve(folder):
    # Behind what the environment has itself: only what it lacks is taken from there.
    sys.path.append(folder)
    for name in PRELOADED:
        try:
            __import__(name)
        except ImportError:
            continue
    for line in sys.stdin:
        job = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.setsid()
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            with tempfile.TemporaryDirectory() as folder:
                try:
                    result = measure(job, folder)
                except BaseException as error:
                    result = {"error": f"{type(error).__name__}: {error}"}
                os.write(theirs, json.dumps(result).encode())
                os.chdir("/")
            os._exit(0)
        os.close(theirs)
        ready, _, _ = select.select([ours], [], [], 60)
        answer = os.read(ours, 65536) if ready else b""
        os.close(ours)
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(child, 0)
        print(answer.decode() or '{"error": "it ended without an answer"}', flush=True)


class Worker:
    """A process that measures jobs, one at a time."""

    def __init__(self, python):
        import coverage

        folder = str(Path(coverage.__file__).resolve().parent.parent)
        environment = {**os.environ, "MPLBACKEND": "Agg"}
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "PYTHONHASHSEED"):
            environment[name] = "1"
        self._process = subprocess.Popen(
            [python, __file__, "--serve", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )

    def measure(self, code, tests, form="unittest"):
        job = {"code": code, "tests": tests, "form": form}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def share(result):
    return result["reached"] / result["lines"] if result.get("lines") else None


def distribution(shares):
    bounds = [0.0, 0.25, 0.5, 0.75, 0.9, 0.999999]
    names = ["under 25 %", "25 - 50 %", "50 - 75 %", "75 - 90 %", "90 - 100 %", "100 %"]
    for index, name in enumerate(names):
        upper = bounds[index + 1] if index + 1 < len(bounds) else 2.0
        count = sum(bounds[index] <= one < upper for one in shares)
        print(f"    {name:>12}  {count:6}  {count / len(shares):7.2%}")


def pynguin(python, code, seconds, folder):
    """The tests that Pynguin writes for a module in so many seconds; none if it gives up."""
    Path(folder, "solution.py").write_text(code, encoding="utf-8")
    out = Path(folder, "out")
    out.mkdir()
    try:
        subprocess.run(
            [python, "-m", "pynguin", "--project-path", folder, "--module-name", "solution",
             "--output-path", str(out), "--maximum-search-time", str(seconds), "--seed", "1"],
            env={**os.environ, "PYNGUIN_DANGER_AWARE": "1", "MPLBACKEND": "Agg"}, cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds * 5 + 60,
        )
    except subprocess.TimeoutExpired:
        return None
    written = list(out.glob("test_*.py"))
    return written[0].read_text(encoding="utf-8") if written else None


def side_by_side(options, pairs, python):
    """Pynguin on a sample, with as many seconds a function."""
    sample = random.Random(1).sample(pairs, min(options.sample, len(pairs)))
    worker = Worker(options.pynguin)
    rows = []
    for number, (code, own) in enumerate(sample, 1):
        with tempfile.TemporaryDirectory() as folder:
            tests = pynguin(options.pynguin, code, options.seconds, folder)
        theirs = share(worker.measure(code, tests, "functions")) if tests else None
        rows.append((own, theirs))
        print(f"  pynguin {number} of {len(sample)}: {theirs} against {own}", file=sys.stderr)
    worker.close()
    both = [(own, theirs) for own, theirs in rows if theirs is not None]
    print(f"Pynguin, {options.seconds} s a function")
    print(f"  a suite for          {len(both)} of {len(rows)} functions")
    if both:
        print(f"  its mean coverage    {statistics.mean(theirs for _, theirs in both):7.2%}")
        print(f"  unitmill's, the same {statistics.mean(own for own, _ in both):7.2%}")
        better = sum(own > theirs for own, theirs in both)
        worse = sum(own < theirs for own, theirs in both)
        print(f"  unitmill better in   {better}, equal in {len(both) - better - worse}, worse in {worse}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="the folder of a finished run")
    parser.add_argument("--environment", default="scientific", help="as in `sandbox.env`")
    parser.add_argument("--pynguin", metavar="PYTHON", help="one with Pynguin and the packages")
    parser.add_argument("--sample", type=int, default=40, help="functions for Pynguin")
    parser.add_argument("--seconds", type=int, default=5, help="for each of them")
    parser.add_argument("--worst", type=int, default=0, help="show so many of the least reached")
    parser.add_argument("--rows", type=Path, help="write a line of JSON for each pair")
    options = parser.parse_args()

    import pyarrow.parquet

    program = os.environ["UNITMILL_PROGRAM"]
    built = subprocess.run(
        [program, "env", "build", options.environment], check=True, capture_output=True, text=True
    )
    python = str(Path(built.stdout.strip().splitlines()[-1], "bin", "python"))
    worker = Worker(python)
    shares, failed, rows, pairs = [], 0, [], []
    started = time.monotonic()
    for path in sorted(options.run.glob("train-*.parquet")):
        for row in pyarrow.parquet.read_table(path).to_pylist():
            prefix = row.get("prefix", row.get("prompt"))
            code = prefix + row["completion"]
            result = worker.measure(code, row["tests"])
            one = share(result)
            rows.append({"id": row["id"], "path": row["path"], "tests": row["tests_run"], **result})
            if one is None:
                failed += 1
                continue
            rows[-1]["share"] = one
            shares.append(one)
            pairs.append((code, one))
    worker.close()
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    audit = json.loads((options.run / "audit.json").read_text(encoding="utf-8"))
    print(f"pairs measured       {len(shares)}, not measured {failed}, {time.monotonic() - started:.0f} s")
    for step in audit["funnel"]:
        if step["step"] in ("candidates", "after dedup", "with pairs"):
            of = f"  {step['share']:7.2%} of {step['of']}" if step.get("of") else ""
            print(f"{step['step']:20} {step['count']}{of}")
    if not shares:
        sys.exit("nothing could be measured")
    print(f"mean line coverage   {statistics.mean(shares):7.2%}")
    print(f"median               {statistics.median(shares):7.2%}")
    print(f"tests a pair         {statistics.mean(row['tests'] for row in rows):.1f}")
    distribution(shares)
    for row in sorted((row for row in rows if "share" in row), key=lambda row: row["share"])[: options.worst]:
        print(f"    {row['share']:7.2%}  {row['id']}  {row['path']}")
    if options.pynguin:
        side_by_side(options, pairs, python)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        main()
