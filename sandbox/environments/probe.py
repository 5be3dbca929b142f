"""What an interpreter is and holds, as one JSON object on standard output.

Run as `python -I -c <this file> interpreter|environment|markers`. `interpreter` looks at the
interpreter alone, `environment` also at everything importable, `markers` reads a JSON list of
requirement markers from standard input and answers which of them hold here (needs pip).
Never imports what it finds.
"""

import json
import os
import sys
import sysconfig

# Modules of the standard library that are there as Python files but need an extension that
# distributions of Python leave out.
NEEDS_EXTENSION = {
    "bz2": "_bz2",
    "ctypes": "_ctypes",
    "curses": "_curses",
    "idlelib": "_tkinter",
    "lzma": "_lzma",
    "sqlite3": "_sqlite3",
    "ssl": "_ssl",
    "tkinter": "_tkinter",
    "turtle": "_tkinter",
    "turtledemo": "_tkinter",
}


def interpreter():
    base = getattr(sys, "_base_executable", None) or sys.executable
    return {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "release": sys.version_info.releaselevel,
        "platform": sysconfig.get_platform(),
        "abi": sysconfig.get_config_var("SOABI") or "",
        "executable": sys.executable,
        "base_executable": os.path.realpath(base),
        "base_prefix": os.path.realpath(sys.base_prefix),
        "standard_library": os.path.realpath(sysconfig.get_paths()["stdlib"]),
    }


def standard_library():
    from importlib.util import find_spec

    def is_there(name):
        try:
            return find_spec(name) is not None
        except (ImportError, ValueError):
            return name in sys.modules

    names = set(sys.stdlib_module_names) | set(sys.builtin_module_names)
    return {
        name
        for name in names
        if is_there(name) and (name not in NEEDS_EXTENSION or is_there(NEEDS_EXTENSION[name]))
    }


def holds_modules(folder):
    """Whether a folder without `__init__.py` is a namespace package with something inside."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".so")):
                return True
            if entry.name.isidentifier() and entry.is_dir():
                if os.path.exists(os.path.join(entry.path, "__init__.py")):
                    return True
    return False


def third_party(folders):
    import pkgutil

    found = {module.name for module in pkgutil.iter_modules(folders)}
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.isidentifier() and entry.name != "__pycache__" and entry.is_dir():
                    if entry.name not in found and holds_modules(entry.path):
                        found.add(entry.name)
    return found


def environment():
    import hashlib
    import re
    from importlib.metadata import distributions

    facts = interpreter()
    path = [entry for entry in sys.path if os.path.isdir(entry)]
    inside = (facts["standard_library"], os.path.join(facts["standard_library"], "lib-dynload"))
    folders = [entry for entry in path if os.path.realpath(entry) not in inside]
    versions = {}
    records = []
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()
        # The first one on the path is the one that imports meet.
        if name and name not in versions:
            versions[name] = distribution.version
            record = distribution.read_text("RECORD") or ""
            digest = hashlib.sha256(record.encode("utf-8", "surrogateescape")).hexdigest()
            records.append([name, distribution.version, digest])
    facts["search_path"] = path
    facts["import_roots"] = sorted(standard_library() | third_party(folders))
    facts["versions"] = versions
    facts["records"] = sorted(records)
    return facts


def markers():
    from pip._vendor.packaging.markers import Marker

    return [marker is None or Marker(marker).evaluate({"extra": ""}) for marker in json.load(sys.stdin)]


QUESTIONS = {"interpreter": interpreter, "environment": environment, "markers": markers}
sys.stdout.write(json.dumps(QUESTIONS[sys.argv[1]](), sort_keys=True) + "\n")
