"""`scripts/bench sandbox`: pairs per second, everything isolated, against a bare fork of the
same preloaded interpreter and against `python -m pytest`, in turn, medians of several runs.

Start-up counts for nobody: `unitmill exec` is timed on the pairs once and several times
over, and the difference is what the further pairs took.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = ROOT / "data/bench/pairs.jsonl"

# What every interpreter of the sandbox imports; the yardstick is to have the same.
STANDARD = re.search(
    r'STANDARD = """(.*?)"""', (ROOT / "sandbox/guest/zygote.py").read_text(), re.DOTALL
)[1].split()
HEAVY = {
    "numpy": ["numpy", "numpy.random", "numpy.testing"],
    "pandas": ["numpy", "pandas", "pandas.testing"],
    "scipy": ["numpy", "scipy.stats", "scipy.optimize", "scipy.sparse", "scipy.linalg"],
    "sklearn": ["sklearn.linear_model", "sklearn.preprocessing", "sklearn.model_selection",
                "sklearn.metrics"],
    "matplotlib": ["numpy", "matplotlib.pyplot"],
}
TINY = {
    "id": "tiny",
    "code": "def add(a, b):\n    return a + b\n",
    "test": "import unittest\nclass TestAdd(unittest.TestCase):\n"
    "    def test_one(self):\n        self.assertEqual(add(1, 2), 3)\n"
    "    def test_two(self):\n        self.assertEqual(add('a', 'b'), 'ab')\n"
    "    def test_three(self):\n        with self.assertRaises(TypeError):\n            add(1, 'b')\n",
}


def write(path, pairs):
    with open(path, "w", encoding="utf-8") as file:
        for number, pair in enumerate(pairs):
            file.write(json.dumps(dict(pair, id=str(number))) + "\n")


class Bench:
    def __init__(self, program, environment, jobs, folder):
        self.program, self.environment = program, environment
        self.jobs, self.folder = jobs, folder
        self.python = Path(environment) / "bin/python"
        self.variables = dict(
            os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="0",
            MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1",
        )

    def isolated(self, pairs):
        """Seconds of a whole `unitmill exec`."""
        source, out = self.folder / "pairs.jsonl", self.folder / "verdicts.jsonl"
        write(source, pairs)
        started = time.perf_counter()
        subprocess.run(
            [self.program, "exec", source, "--out", out, "--env", self.environment,
             "--jobs", str(self.jobs)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - started
        with open(out, encoding="utf-8") as file:
            wrong = [row for row in map(json.loads, file) if row["verdict"] != "passed"]
        if wrong:
            sys.exit(f"{len(wrong)} pairs did not pass, among them {wrong[0]}")
        return seconds

    def bare(self, pairs, modules):
        source = self.folder / "bare.jsonl"
        write(source, pairs)
        done = subprocess.run(
            [self.python, Path(__file__).with_name("bare_fork.py"), source, str(self.jobs),
             *STANDARD, *modules],
            check=True, capture_output=True, text=True, env=self.variables,
        )
        report = json.loads(done.stdout)
        if report["passed"] != len(pairs):
            sys.exit(f"bare fork: {report}")
        return report["seconds"]

    def pytest(self, pairs):
        """Seconds of one `python -m pytest` a pair, `jobs` at a time."""
        place = self.folder / "pytest"
        if not place.exists():
            subprocess.run([self.python, "-m", "venv", place], check=True)
            subprocess.run([place / "bin/pip", "install", "-q", "pytest"], check=True)
            library = next((place / "lib").glob("python*/site-packages"))
            packages = next((Path(self.environment) / "lib").glob("python*/site-packages"))
            (library / "environment.pth").write_text(f"{packages}\n")
        started = time.perf_counter()
        running = []
        for number, pair in enumerate(pairs):
            folder = self.folder / f"pair-{number}"
            folder.mkdir(exist_ok=True)
            (folder / "test_solution.py").write_text(pair["code"] + "\n\n" + pair["test"])
            if len(running) == self.jobs:
                running.pop(0).wait()
            running.append(subprocess.Popen(
                [place / "bin/python", "-m", "pytest", "-q", "test_solution.py"], cwd=folder,
                env=self.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ))
        for process in running:
            process.wait()
        return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench sandbox", description=__doc__)
    parser.add_argument("--program", default=os.environ.get("UNITMILL_PROGRAM"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--pairs", type=int, default=400, help="pairs of a timed run, at least")
    parser.add_argument("--no-pytest", action="store_true")
    parser.add_argument("--only", help="groups whose name holds this")
    options = parser.parse_args()
    environment = subprocess.run(
        [options.program, "env", "build", "scientific"], check=True, text=True,
        stdout=subprocess.PIPE,
    ).stdout.strip()
    with open(PAIRS, encoding="utf-8") as file:
        recorded = [json.loads(line) for line in file]

    def uses(pair):
        return tuple(name for name in HEAVY if name in pair["code"])

    groups = {
        "tiny, standard library": ([TINY], ()),
        "tiny, numpy": ([dict(TINY, code="import numpy\n" + TINY["code"])], ("numpy",)),
        "tiny, pandas": ([dict(TINY, code="import pandas\n" + TINY["code"])], ("pandas",)),
    }
    for used in [(), ("numpy",), ("pandas",)]:
        name = f"recorded, {' + '.join(used) or 'standard library'}"
        groups[name] = ([pair for pair in recorded if uses(pair) == used], used)
    # One interpreter to fork from has to hold what any of the pairs may import; the sandbox
    # keeps one for each set of packages.
    every = tuple(name for name in HEAVY if any(name in uses(pair) for pair in recorded))
    groups["recorded, all"] = (recorded, every)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.program, environment, options.jobs, Path(folder))
        print(f"jobs {options.jobs}, medians of {options.rounds} runs, pairs per second")
        print(f"{'':30} {'bare fork':>10} {'unitmill':>10} {'ratio':>7}")
        for name, (pairs, used) in groups.items():
            if options.only and options.only not in name:
                continue
            copies = -(-options.pairs // len(pairs))
            many = pairs * copies
            modules = [module for package in used for module in HEAVY[package]]
            bare, isolated, ratios = [], [], []
            for _ in range(options.rounds):
                once, all_ = bench.isolated(pairs), bench.isolated(many + pairs)
                isolated.append(len(many) / (all_ - once))
                bare.append(len(many) / bench.bare(many, modules))
                ratios.append(isolated[-1] / bare[-1])
            print(
                f"{name:30} {statistics.median(bare):10.0f} {statistics.median(isolated):10.0f}"
                f" {statistics.median(ratios):7.2f}",
                flush=True,
            )
        if not options.no_pytest:
            sample = recorded[:: max(1, len(recorded) // 24)]
            copies = -(-options.pairs // len(sample))
            ratios = []
            for _ in range(3):
                once, all_ = bench.isolated(sample), bench.isolated(sample * (copies + 1))
                rate = len(sample) * copies / (all_ - once)
                ratios.append(rate / (len(sample) / bench.pytest(sample)))
            print(f"\nagainst `python -m pytest` a pair: {statistics.median(ratios):.0f} times as fast")


main()
