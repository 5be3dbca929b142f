"""`scripts/bench exec [ROWS]`: the supervisor's memory over 1 000 and over ROWS tiny pairs,
pairs per second, and whether anything is missing, out of order or left behind.

Descendants that outlive the supervisor become children of this process (it is their
subreaper), so none escapes its notice, whatever else runs on the machine.
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FEW = 1000
MB = 1 << 20
PR_SET_CHILD_SUBREAPER = 36
# How long the janitor may take to remove control groups after the end.
TIDYING_SECONDS = 10

SUITE = """import unittest

class TestIt(unittest.TestCase):
    def test_one(self):
        self.assertEqual(scale({number}), {wanted})

    def test_two(self):
        self.assertEqual(scale(0), 0)
"""
RIGHT = "def scale(x):\n    return x * {factor}\n"
# Of twenty pairs in a row.
MIX = (
    [("passed", RIGHT)] * 13
    + [("failed", "def scale(x):\n    return x + {factor}\n")] * 2
    + [
        ("error", "def scale(x):\n    return x.factor_{factor}\n"),
        ("syntax_error", "def scale(x:\n    return {factor}\n"),
        ("import_error", "import no_such_package_{factor}\n"),
        ("incomplete", "import os\nos._exit({factor} % 7)\n"),
        ("no_tests", RIGHT),
    ]
)


def pair(number):
    verdict, code = MIX[number % len(MIX)]
    factor = number % 97 + 2
    suite = SUITE.format(number=number + 1, wanted=(number + 1) * factor)
    return {
        "id": f"pair-{number}",
        "code": code.format(factor=factor),
        "test": "import unittest\n" if verdict == "no_tests" else suite,
    }


def status(pid):
    """Resident memory of a process now and at most, bytes; none when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if "VmRSS" not in fields:
        return None
    return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def control_groups(pid):
    found = []
    for folder, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{folder}/{name}" for name in folders if name.startswith(f"unitmill-{pid}-")]
    return found


def mounts():
    return set(Path("/proc/self/mountinfo").read_text().splitlines())


def left_behind(pid, mounts_before):
    deadline = time.monotonic() + TIDYING_SECONDS
    while True:
        left = [f"process {child}" for child in children()]
        left += [f"control group {path}" for path in control_groups(pid)]
        left += [f"mount {line}" for line in mounts() - mounts_before]
        if not left or time.monotonic() > deadline:
            return left
        # What was inherited and has ended.
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.1)


def measure(options, rows, folder):
    pairs, verdicts = folder / f"pairs-{rows}.jsonl", folder / f"verdicts-{rows}.jsonl"
    with open(pairs, "w", encoding="utf-8") as file:
        for number in range(rows):
            file.write(json.dumps(pair(number)) + "\n")
    before = mounts()
    started = time.perf_counter()
    process = subprocess.Popen(
        [options.program, "exec", pairs, "--out", verdicts, "--env", options.env,
         "--jobs", str(options.jobs), *options.exec_options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    resident, peak, most_descriptors = 0, 0, 0
    while process.poll() is None:
        seen = status(process.pid)
        if seen is not None:
            resident, peak = max(resident, seen[0]), max(peak, seen[1])
        most_descriptors = max(most_descriptors, descriptors(process.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - started
    problems = left_behind(process.pid, before)
    if process.returncode != 0:
        problems.append(f"exit code {process.returncode}")
    else:
        problems += compare(verdicts, rows)
    for file in (pairs, verdicts):
        file.unlink(missing_ok=True)
    print(
        f"{rows:>9} {seconds:>9.1f} {rows / seconds:>9.0f} {resident / MB:>9.1f}"
        f" {peak / MB:>9.1f} {most_descriptors:>12}",
        flush=True,
    )
    return peak, most_descriptors, problems


def compare(verdicts, rows):
    """What is wrong with the verdicts; the first few."""
    problems, number = [], 0
    with open(verdicts, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            expected = (f"pair-{number - 1}", MIX[(number - 1) % len(MIX)][0])
            if (row["id"], row["verdict"]) != expected and len(problems) < 5:
                problems.append(f"line {number}: {row} instead of {expected}")
    if number != rows:
        problems.append(f"{number} verdicts for {rows} pairs")
    return problems


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench exec", description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000, metavar="ROWS")
    parser.add_argument("--program", default=os.environ.get("UNITMILL_PROGRAM"))
    parser.add_argument("--env", default="standard")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options, options.exec_options = parser.parse_known_args()
    if options.program is None:
        parser.error("name the program with --program or UNITMILL_PROGRAM")
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("cannot become the subreaper of what is started")

    print(f"jobs {options.jobs}; the supervisor's memory in MB")
    print(f"{'pairs':>9} {'seconds':>9} {'pairs/s':>9} {'VmRSS':>9} {'VmHWM':>9} {'descriptors':>12}")
    with tempfile.TemporaryDirectory() as folder:
        few, few_descriptors, problems = measure(options, FEW, Path(folder))
        many, many_descriptors, more = measure(options, options.rows, Path(folder))
    problems += more
    allowed = 1.1 * few + 64 * MB
    print(f"ratio {many / few:.2f}; allowed {allowed / MB:.0f} MB (1.1 times and 64 MB)")
    if many > allowed:
        problems.append(f"{many / MB:.0f} MB are too much")
    if many_descriptors > few_descriptors + 8:
        problems.append(f"descriptors grew from {few_descriptors} to {many_descriptors}")
    for problem in problems:
        print(f"WRONG: {problem}")
    if problems:
        sys.exit(1)
    print("no verdict missing or wrong, order kept; no process, mount or control group left")


main()
