"""Holds the fixer's tables against an interpreter and the libraries that it has.

Reads the tables from standard input, writes a report: what is wrong, and how many entries
could be looked at.
"""

import builtins
import importlib
import importlib.metadata
import inspect
import json
import re
import sys
import warnings

warnings.simplefilter("ignore")

DISTRIBUTIONS = {"sklearn": "scikit-learn"}
report = {"faults": [], "entries": 0, "verified": 0, "unverifiable": 0}


def release(version):
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def installed(root):
    if root == "python":
        return list(sys.version_info[:2])
    try:
        return release(importlib.metadata.version(DISTRIBUTIONS.get(root, root)))
    except importlib.metadata.PackageNotFoundError:
        return None


def importable(root):
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False


def look_up(path, with_builtins):
    """The object of a path; None if there is none."""
    parts = path.split(".")
    if with_builtins and hasattr(builtins, parts[0]):
        value, rest = getattr(builtins, parts[0]), parts[1:]
    else:
        for end in range(len(parts), 0, -1):
            try:
                value, rest = importlib.import_module(".".join(parts[:end])), parts[end:]
                break
            except Exception:
                continue
        else:
            return None
    for part in rest:
        try:
            value = getattr(value, part)
        except Exception:
            return None
    return (value,)


def is_there(path):
    if "(" in path:
        compile(path, "<target>", "eval")
        return True
    return look_up(path, True) is not None


def fault(entry, what):
    report["faults"].append(f"{entry}: {what}")


def judge(entry, old, there, version, gone, back):
    """Whether the old name is where the entry says; true if something was seen."""
    if version is None:
        return False
    is_gone = version >= release(gone) and not (back and version >= release(back))
    if is_gone and old:
        fault(entry, "the old name is still there")
    if not there:
        fault(entry, "the new name is not there")
    return True


def look_at_move(library, version, old, new, gone, back):
    root = new.split(".")[0]
    known = "(" in new or hasattr(builtins, root) or importable(root)
    if not known:
        return False
    entry = f"{old} -> {new} ({gone})"
    return judge(entry, look_up(old, False), is_there(new), version, gone, back)


def look_at_call(library, version, old, new, gone, line):
    text = re.sub(r"\{(\*|kw)\}", "", re.sub(r"\{\d\.?\}", "x", new))
    entry = f"{old}() -> {new} ({gone})"
    try:
        compile(text, "<call>", "eval")
    except SyntaxError as error:
        fault(entry, str(error))
    if version is None:
        return False
    names = {"np": "numpy", "pd": "pandas"}
    there = True
    for path in re.findall(r"(?<![\w.\"])(?:np|pd|scipy|sysconfig|importlib|collections|numbers)(?:\.\w+)+", text):
        head, _, rest = path.partition(".")
        there = there and look_up(f"{names.get(head, head)}.{rest}", False) is not None
    return judge(entry, look_up(old, False), there, version, gone, "")


def callees(library, name):
    """What is called by that name in a library."""
    if library == "sklearn":
        modules = ["ensemble", "linear_model", "tree", "cluster", "decomposition", "svm", "impute",
                   "preprocessing", "model_selection", "manifold", "metrics", "neighbors",
                   "feature_extraction.text"]
        owners = [importlib.import_module(f"sklearn.{module}") for module in modules]
    elif library == "pandas" and name.startswith("."):
        import pandas

        owners = [pandas.DataFrame, pandas.Series, pandas.Index, pandas.Categorical]
    elif library == "pandas":
        owners = [importlib.import_module("pandas")]
    elif library == "matplotlib":
        owners = [importlib.import_module("matplotlib.axes").Axes,
                  importlib.import_module("matplotlib.pyplot")]
    else:
        owners = []
    return [getattr(owner, name.strip(".")) for owner in owners if hasattr(owner, name.strip("."))]


def look_at_keyword(library, version, callee, keyword, change, new, gone):
    if version is None or version < release(gone) or change == "value":
        return False
    seen = False
    for called in callees(library, callee):
        try:
            parameters = inspect.signature(called).parameters
        except (TypeError, ValueError):
            continue
        if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
            continue
        entry = f"{callee}({keyword}=) -> {new or change} ({gone})"
        if change == "rename" and new not in parameters and keyword not in parameters:
            # Another class has a method of that name.
            continue
        if keyword in parameters:
            fault(entry, f"{called} still takes it")
        seen = True
    return seen


for library in json.load(sys.stdin):
    root = library["root"]
    version = installed(root)
    for kind, look in (("moves", look_at_move), ("calls", look_at_call), ("keywords", look_at_keyword)):
        for entry in library[kind]:
            report["entries"] += 1
            if look(root, version, *entry):
                report["verified"] += 1
            else:
                report["unverifiable"] += 1
json.dump(report, sys.stdout)
