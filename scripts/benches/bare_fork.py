"""The yardstick of `scripts/bench sandbox`: pairs in bare forks of a preloaded interpreter.

    python bare_fork.py PAIRS JOBS MODULE...

Imports the modules, then runs every pair of the JSONL file in a fork of its own, `JOBS` at
a time, as `python -m unittest` would, with nothing isolated and nothing judged but the
exit. Prints seconds, pairs and how many of them passed.
"""

import importlib
import io
import json
import os
import sys
import time
import unittest


def run(pair, folder):
    os.chdir(folder)
    path = os.path.join(folder, "solution.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(pair["code"] + "\n\n" + pair["test"])
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    module = type(sys)("solution")
    sys.modules["solution"] = module
    exec(code, module.__dict__)
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def lane(pairs, folder):
    passed = 0
    for pair in pairs:
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            status = 1
            try:
                status = run(pair, folder)
            finally:
                os._exit(status)
        passed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return passed


def main():
    source, jobs, modules = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    with open(source, encoding="utf-8") as file:
        pairs = [json.loads(line) for line in file]
    for module in modules:
        importlib.import_module(module)
    import gc
    import tempfile

    gc.collect()
    gc.freeze()
    folders = [tempfile.mkdtemp() for _ in range(jobs)]
    started = time.perf_counter()
    lanes = []
    for number, folder in enumerate(folders):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, b"%d" % lane(pairs[number::jobs], folder))
            os._exit(0)
        os.close(writing)
        lanes.append((child, reading))
    passed = 0
    for child, reading in lanes:
        passed += int(os.read(reading, 20) or b"0")
        os.waitpid(child, 0)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "pairs": len(pairs), "passed": passed}))


main()
