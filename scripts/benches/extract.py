"""`scripts/bench extract [INPUT…]`: megabytes of source text per second of `unitmill extract`,
reading and writing included, on one core and on two, against the same parser doing nothing
but parse the same texts and against CPython's `ast`; in turn, medians of several rounds.
Then its resident memory on a corpus once and a hundred times over.

Without inputs: the packages of data/pypi (see scripts/corpus) and this interpreter's library.
"""

import argparse
import ast
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MB = 1e6
# Every that many texts are given to `ast`, which is an order of magnitude slower.
AST_SAMPLE = 8
COPIES = 100


def on(cores):
    """For a child process: confine it to that many cores."""
    some = sorted(os.sched_getaffinity(0))[:cores]
    return lambda: os.sched_setaffinity(0, some)


def bare(options, inputs):
    done = subprocess.run(
        [options.parser, *inputs], check=True, stdout=subprocess.PIPE, preexec_fn=on(1)
    )
    report = json.loads(done.stdout)
    return report["bytes"], report["seconds"]


def extract(options, inputs, cores, out):
    """Seconds and resident bytes of a whole `unitmill extract`."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [options.program, "extract", *inputs, "--out", out],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=on(cores),
    )
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"unitmill extract ended with {process.returncode}: {said.decode()}")
    return seconds, usage.ru_maxrss * 1024


def texts(inputs):
    for path in map(Path, inputs):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.name.endswith(".jsonl"):
                with open(file, encoding="utf-8") as rows:
                    yield from (json.loads(row)["content"] for row in rows)
            elif file.name.endswith(".py"):
                try:
                    yield file.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    pass


def cpython(inputs):
    """Bytes and seconds of CPython's parser on a sample of the texts."""
    sample = [text for number, text in enumerate(texts(inputs)) if number % AST_SAMPLE == 0]
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    for text in sample:
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            pass
    return sum(len(text.encode()) for text in sample), time.perf_counter() - started


def speed(options, name, inputs, folder):
    rates = {"ast": [], "bare": [], "one": [], "two": []}
    for _ in range(options.rounds):
        size, seconds = cpython(inputs)
        rates["ast"].append(size / seconds)
        size, seconds = bare(options, inputs)
        rates["bare"].append(size / seconds)
        for cores, key in [(1, "one"), (2, "two")]:
            seconds, _ = extract(options, inputs, cores, folder / "candidates.parquet")
            rates[key].append(size / seconds)
    ratio = statistics.median(a / b for a, b in zip(rates["one"], rates["bare"]))
    scaling = statistics.median(b / a for a, b in zip(rates["one"], rates["two"]))
    median = {key: statistics.median(values) / MB for key, values in rates.items()}
    print(
        f"{name:24} {size / MB:6.1f} {median['ast']:8.1f} {median['bare']:8.1f}"
        f" {median['one']:8.1f} {ratio:6.2f} {median['two']:8.1f} {scaling:6.2f}",
        flush=True,
    )


def corpora(rows, copies, folder):
    """The same rows that many times over, in every form that Python can write by itself."""
    folder.mkdir()
    lines = folder / "rows.jsonl"
    with open(lines, "w", encoding="utf-8") as file:
        for _ in range(copies):
            file.writelines(json.dumps(row) + "\n" for row in rows)
    yield "JSON lines", lines
    tree = folder / "files"
    for number, row in enumerate(rows):
        first = tree / "0" / row["path"]
        first.parent.mkdir(parents=True, exist_ok=True)
        first.write_text(row["content"], encoding="utf-8")
    for copy in range(1, copies):
        shutil.copytree(tree / "0", tree / str(copy), copy_function=os.link)
    yield "files", tree
    archive = folder / "files.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(tree, arcname="files")
    yield "tar.gz", archive
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        print("(pyarrow is not there, so Parquet is left out)")
        return
    table = pyarrow.Table.from_pylist(rows)
    with pyarrow.parquet.ParquetWriter(folder / "rows.parquet", table.schema) as writer:
        # One row group of everything: reading must not depend on how it was cut.
        writer.write_table(pyarrow.concat_tables([table] * copies), row_group_size=1 << 30)
    yield "Parquet", folder / "rows.parquet"


def memory(options, rows, folder):
    print(f"\nresident memory in MB, {options.cores} cores")
    print(f"{'':24} {'once':>8} {COPIES:>7}x {'allowed':>8}")
    problems = []
    once = dict(corpora(rows, 1, folder / "once"))
    for name, path in corpora(rows, COPIES, folder / "many"):
        few = extract(options, [once[name]], options.cores, folder / "few.parquet")[1]
        many = extract(options, [path], options.cores, folder / "many.parquet")[1]
        allowed = 1.1 * few + 64 * (1 << 20)
        print(f"{name:24} {few / MB:8.1f} {many / MB:8.1f} {allowed / MB:8.1f}", flush=True)
        if many > allowed:
            problems.append(name)
    return problems


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench extract", description=__doc__)
    parser.add_argument("inputs", nargs="*", metavar="INPUT")
    parser.add_argument("--program", default=os.environ.get("UNITMILL_PROGRAM"))
    parser.add_argument("--parser", help="the program of crates/unitmill-corpus/examples/bare_parse.rs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2, help="for memory")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--no-memory", action="store_true")
    options = parser.parse_args()
    if options.program is None:
        parser.error("name the program with --program or UNITMILL_PROGRAM")
    if options.parser is None and not options.no_speed:
        options.parser = Path(options.program).parent / "examples/bare_parse"
        if not options.parser.exists():
            parser.error(
                f"{options.parser} is missing: cargo build --release -p unitmill-corpus"
                " --example bare_parse, with the target folder of the program"
            )
    packages = sorted((ROOT / "data/pypi").glob("*.jsonl"))
    library = sysconfig.get_path("stdlib")
    groups = [(path, [path]) for path in options.inputs] or [
        *([("packages of data/pypi", packages)] if packages else []),
        (f"Python {sys.version_info.major}.{sys.version_info.minor}'s library", [library]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        if not options.no_speed:
            print(f"MB of source text a second, medians of {options.rounds} rounds")
            print(
                f"{'':24} {'MB':>6} {'ast':>8} {'parser':>8} {'1 core':>8} {'ratio':>6}"
                f" {'2 cores':>8} {'times':>6}"
            )
            for name, inputs in groups:
                speed(options, name, inputs, Path(folder))
        if options.no_memory:
            return
        rows = [
            json.loads(row)
            for path in packages
            if path.stem in ("boltons", "more-itertools", "toolz")
            for row in open(path, encoding="utf-8")
        ]
        if not rows:
            sys.exit("no packages to measure memory with: scripts/corpus fetches them")
        if problems := memory(options, rows, Path(folder)):
            sys.exit(f"too much memory: {', '.join(problems)}")


main()
