"""`scripts/bench hostile`: what honest pairs feel of hostile neighbours.

The same honest pairs alone and with one hostile program in ten among them, in turn. The
time of an honest pair is its `duration_ms`; nobody's verdict may change, and no hostile
program may pass. Takes some minutes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = ROOT / "data/bench/pairs.jsonl"
ABUSE = ROOT / "sandbox/abuse"
# How much longer an honest pair may take for its neighbours.
MOST = 1.5
HONEST_IN_A_ROW = 9
# One of each kind in turn: each is to be ended before it passes.
HOSTILE = """
    resources/busy_loop resources/memory_by_strings faked_success/exit_at_import
    resources/fork_bomb resources/output_flood resources/busy_loop_in_c_regex
    resources/memory_by_eight_children faked_success/exit_in_test resources/sleep
    resources/error_flood resources/busy_loop_that_catches resources/memory_by_mmap
    faked_success/sys_exit_in_test resources/fork_bomb_by_interpreters resources/channel_flood
    resources/threads_that_compute resources/memory_bit_by_bit faked_success/exit_after_pass
    resources/children_that_compute resources/output_flood_by_child resources/signals_ignored
    survivors/daemon_of_an_exit resources/recursion_without_limit resources/sleep_in_children
    survivors/daemon_of_a_timeout
""".split()


def program(name):
    """A program of `sandbox/abuse`; its own header's limits are not those of `exec`."""
    text = (ABUSE / f"{name}.py").read_text(encoding="utf-8")
    header, _, module = text.partition("\n\n")
    fields = dict(line.removeprefix("# ").split(": ", 1) for line in header.splitlines())
    if fields["Expect"] == "passed" or "Replace" in fields:
        sys.exit(f"{name} is not for this: {fields}")
    # All of it as the code: what is judged is the one module of both.
    return {"code": module, "test": ""}


def mixed(honest, hostile, first):
    """The honest pairs, after every nine a hostile program; `first` is the first of these."""
    pairs = []
    for number, pair in enumerate(honest, 1):
        pairs.append(pair)
        if number % HONEST_IN_A_ROW == 0:
            pairs.append(hostile[first % len(hostile)])
            first += 1
    return pairs


def judge(options, pairs, folder):
    """The verdict of each pair, and the seconds that all took."""
    source, out = folder / "pairs.jsonl", folder / "verdicts.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for number, pair in enumerate(pairs):
            file.write(json.dumps(dict(pair, id=str(number))) + "\n")
    started = time.perf_counter()
    done = subprocess.run(
        [options.program, "exec", source, "--out", out, "--env", options.environment,
         "--jobs", str(options.jobs), "--timeout", str(options.timeout),
         "--memory-mb", str(options.memory_mb)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"unitmill exec ended with {done.returncode}: {done.stderr}")
    with open(out, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if [row["id"] for row in rows] != [str(number) for number in range(len(pairs))]:
        sys.exit(f"{len(rows)} verdicts for {len(pairs)} pairs, or out of order")
    return rows, seconds


def median(rows):
    """Of whole milliseconds, each of which stands for what is rounded to it."""
    return statistics.median_grouped([row["duration_ms"] for row in rows])


def slowest_tenth(rows):
    """What nine of ten pairs do not exceed, milliseconds."""
    return statistics.quantiles([row["duration_ms"] for row in rows], n=10)[-1]


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench hostile", description=__doc__)
    parser.add_argument("--program", default=os.environ.get("UNITMILL_PROGRAM"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--pairs", type=int, default=284, help="honest pairs a run, at least")
    parser.add_argument("--timeout", type=int, default=2, help="seconds a pair")
    parser.add_argument("--memory-mb", type=int, default=512, help="megabytes a pair")
    options = parser.parse_args()
    if options.program is None:
        parser.error("name the program with --program or UNITMILL_PROGRAM")
    options.environment = subprocess.run(
        [options.program, "env", "build", "scientific"], check=True, text=True,
        stdout=subprocess.PIPE,
    ).stdout.strip()
    with open(PAIRS, encoding="utf-8") as file:
        recorded = [json.loads(line) for line in file]
    honest = recorded * -(-options.pairs // len(recorded))
    hostile = [dict(program(name), name=name) for name in HOSTILE]

    problems, alone, among = [], [], []

    def measure(pairs):
        """The verdicts on the honest ones."""
        rows, seconds = judge(options, [
            {key: pair[key] for key in ("code", "test")} for pair in pairs
        ], Path(folder))
        harmless = []
        for pair, row in zip(pairs, rows):
            if "name" not in pair:
                harmless.append(row)
                if row["verdict"] != "passed":
                    problems.append(f"honest pair {pair['id']}: {row}")
            elif row["verdict"] == "passed":
                problems.append(f"{pair['name']} passed: {row}")
        return harmless, seconds

    def load():
        return "load " + " ".join(f"{value:.1f}" for value in os.getloadavg())

    print(
        f"jobs {options.jobs}, {len(honest)} honest pairs a run, {options.timeout} s and"
        f" {options.memory_mb} MB a pair; {load()}"
    )
    print("duration_ms of the honest pairs: median and 90th percentile")
    print(f"{'round':>5} {'alone':>8} {'':>6} {'among':>8} {'':>6} {'ratio':>6}"
          f" {'s alone':>8} {'s among':>8}")
    with tempfile.TemporaryDirectory() as folder:
        # Whatever is read from the disk for the first time counts for nobody.
        judge(options, recorded, Path(folder))
        for number in range(options.rounds):
            attacked = mixed(honest, hostile, number * len(honest) // HONEST_IN_A_ROW)
            # Neither is always the one that comes first.
            turns = [(honest, alone), (attacked, among)]
            for pairs, rounds in turns if number % 2 == 0 else turns[::-1]:
                rounds.append(measure(pairs))
            (quiet, quiet_seconds), (loud, loud_seconds) = alone[-1], among[-1]
            print(
                f"{number + 1:>5} {median(quiet):8.2f} {slowest_tenth(quiet):6.0f}"
                f" {median(loud):8.2f} {slowest_tenth(loud):6.0f}"
                f" {median(loud) / median(quiet):6.2f} {quiet_seconds:8.1f} {loud_seconds:8.1f}",
                flush=True,
            )
    ratios = [median(loud) / median(quiet) for (quiet, _), (loud, _) in zip(alone, among)]
    ratio = statistics.median(ratios)
    print(f"ratio {ratio:.2f}, median of {options.rounds} rounds; at most {MOST} is wanted:"
          f" {'kept' if ratio <= MOST else 'missed'}; {load()}")
    for problem in problems:
        print(f"WRONG: {problem}")
    if problems:
        sys.exit(1)
    print("every honest pair passed, no hostile program did")
    if ratio > MOST:
        sys.exit(1)


main()
