"""The interpreter that every run is forked from.

Started inside the jail, as the first process of its process namespace. It imports what every
profile has and becomes a nursery (nursery.py). Each fork of that, with what its profile
names imported besides, puts it all out of sight again (shelf.py), and then serves the
supervisor over the packet socket that is its standard input:

- a packet with descriptors asks for a *lane*: a fork of this process that belongs to one
  slot. The first descriptor is the lane's own socket; the others are `cgroup.procs` files
  that it joins. A lane forks once per run.
- the socket's end is the end of everything.

Never reads a payload, never runs untrusted code, holds no secret.
"""

import builtins
import sys

HOME = __file__.rpartition("/")[0]


HARNESS = """
    shelf nursery ballast kernel traits margins observe coverage reading watch law hook judge belief bench lane
""".split()


def compile_harness():
    """The harness's files as code. Compiling takes memory that is not given back, so it comes
    first: what is imported later fills it again."""
    codes = {}
    for name in HARNESS:
        path = f"{HOME}/{name}.py"
        with open(path, encoding="utf-8") as file:
            codes[name] = compile(file.read(), path, "exec", optimize=2)
    return codes


def load(codes, name, **names):
    """Executes a harness file in a namespace of its own, with builtins of its own.

    The private copy of the builtins means that replacing `builtins.len` later changes
    nothing here; `__unittest` cuts harness frames out of tracebacks.
    """
    namespace = {
        "__name__": f"_unitmill_{name}",
        "__builtins__": dict(vars(builtins)),
        "__unittest": True,
    }
    namespace.update(names)
    exec(codes.pop(name), namespace)
    return namespace


# What the harness itself needs, and the parts of the standard library that are small or that
# most tests use. Every page of memory that is there is copied and given back by every fork, so
# the larger ones are groups of their own; see profile.rs.
STANDARD = """
    ctypes json socket select resource struct signal traceback _blake2 hashlib ast inspect re
    types functools collections collections.abc itertools math cmath operator random string
    datetime time typing dataclasses enum abc contextlib copy pathlib tempfile io decimal
    fractions statistics numbers base64 binascii csv textwrap heapq bisect secrets threading
    queue subprocess shutil glob fnmatch pickle logging warnings weakref difflib locale zlib
    array codecs unicodedata pprint reprlib argparse urllib.parse importlib.util
""".split()


def load_bench(codes):
    """In a frame of its own: no frame that stays may lead to the judge, since the program can
    walk down to it."""
    watch = load(codes, "watch")
    law = load(codes, "law", HOME=HOME, watch=watch)
    return load(
        codes,
        "bench",
        law=law,
        hook=load(codes, "hook"),
        judge=load(codes, "judge", law=law, watch=watch),
        belief=load(codes, "belief"),
        margins=load(codes, "margins"),
        observe=load(codes, "observe", traits=load(codes, "traits")),
        coverage=load(codes, "coverage"),
        reading=load(codes, "reading"),
    )


def main():
    codes = compile_harness()
    sys.path[:] = [entry for entry in sys.path if entry not in (HOME, "")]

    # What `python -m unittest` has in `sys.modules` before it looks at the test module.
    import runpy
    import unittest
    import unittest.main

    baseline = set(sys.modules)

    shelf = load(codes, "shelf")
    with shelf["Recorder"]() as recorder:
        for name in STANDARD:
            recorder.load(name)
        nursery = load(codes, "nursery")["Nursery"](recorder)
        nursery.serve()
    ready = {"ready": True, "preloaded": nursery.preloaded, "missing": nursery.missing}
    del nursery

    import gc
    import json
    import os
    import types

    with open(f"{HOME}/settings.json", encoding="utf-8") as file:
        settings = json.load(file)
    # The interpreter's own addition, and what was meant for its start alone.
    os.environ.pop("LC_CTYPE", None)
    os.environ.pop("LD_BIND_NOW", None)
    gc.collect()
    ballast = load(codes, "ballast")["fill"]()
    kernel = load(codes, "kernel")
    bench = load_bench(codes)
    lane = load(codes, "lane", bench=bench)
    sandbox = kernel["prepare"](settings)
    finder = shelf["put_away"](baseline, recorder)
    del recorder, codes
    bench["prepare"](finder)
    for name in ready["preloaded"]:
        # A job that names a package imports it. Putting it in place once, here, spares
        # every run touching the memory of each of its modules.
        if "." not in name:
            finder.restore(name)
    bench["settle"]()

    sys.modules["__main__"] = types.ModuleType("__main__")
    gc.collect()
    gc.freeze()
    sandbox.wait_until_alone()
    lane["serve_zygote"](sandbox, finder, ready)


main()
