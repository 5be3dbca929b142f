"""The audit hook of a run: what a program may not do beside its judge.

It ends the run for what could lead to the judge (judge.py) after all:

- always: `gc.get_objects`, `gc.get_referrers`, `gc.get_referents`, other threads' frames,
  further audit hooks, other interpreters in this process, another class for a test, other
  defaults for functions of `unittest`. No library does these while tests run.
- unless a library does it (decided by the file of the calling frame): other code for a
  function; the parts of `ctypes` that reach into memory. Tracing and profiling are for
  doctest and cProfile alone: a debugger of the library's can be told to jump over an
  assertion. Pretending to be a library's file is refused as well.
- never: `sys._getframe`, attribute access on frames, compiling, importing (but for what the
  interpreter tests itself with). Named tuples,
  logging, warnings and dataclasses live on them, and the main thread's frames hold nothing
  that helps.
"""

import os
import sys
import types
import unittest

_mro = type.__dict__["__mro__"].__get__

ALWAYS_REFUSED = frozenset(
    {
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "sys._current_frames",
        "sys._current_exceptions",
        "sys.addaudithook",
        "cpython.PyInterpreterState_New",
    }
)
REFUSED_OUTSIDE_LIBRARIES = frozenset(
    {
        "ctypes.dlopen",
        "ctypes.dlsym",
        "ctypes.dlsym/handle",
        "ctypes.cdata",
        "ctypes.call_function",
        "ctypes.string_at",
        "ctypes.wstring_at",
        "ctypes.PyObj_FromPtr",
    }
)
# Debuggers and profilers can be driven by the program; these cannot be made to jump.
REFUSED_BUT_FOR = {
    "sys.settrace": "/doctest.py",
    "sys.setprofile": "/cProfile.py",
    "sys.monitoring.register_callback": "/cProfile.py",
}
# What the interpreter's own tests look into it with.
REFUSED_MODULES = frozenset(
    {"_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testclinic", "_testbuffer"}
)
LOOKED_AT = (
    ALWAYS_REFUSED
    | REFUSED_OUTSIDE_LIBRARIES
    | frozenset(REFUSED_BUT_FOR)
    | {"import", "compile", "code.__new__", "object.__setattr__"}
)
# Exit status of a run that did what only serves to look into the harness. A program that
# ends itself with it accuses itself.
REFUSED = 75


def bake(function, namespace, /, **values):
    """A function whose text constants "§name" are the values themselves.

    What is a constant lies in no cell, no default, no global: nothing that has the
    function, or a frame of it, can put something else in its place.
    """
    def fill(constant):
        if type(constant) is tuple:
            return tuple(map(fill, constant))
        if type(constant) is str and constant[:1] == "§":
            return values[constant[1:]]
        return constant

    code = function.__code__
    constants = fill(code.co_consts)
    baked = types.FunctionType(code.replace(co_consts=constants), namespace, function.__name__)
    baked.__doc__ = function.__doc__
    baked.__defaults__, baked.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    return baked


def _from_library(frame, event):
    libraries, passing, ctypes = "§libraries", "§passing", "§ctypes"
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(passing) or (
            event.startswith("ctypes") and ctypes in name and name.startswith(libraries)
        ):
            frame = frame.f_back
            continue
        return name.startswith(libraries)
    return True


def _hook(event, arguments):
    watched = "§watched"
    if event not in watched:
        return
    who, judge = "§who", "§judge"
    if who() == judge:
        return
    getframe, from_library, always = "§getframe", "§from_library", "§always"
    outside, but_for, protected = "§outside", "§but_for", "§protected"
    what = event
    if event in always:
        refused = True
    elif event in outside:
        refused = not from_library(getframe(1), event)
    elif event == "import":
        modules, kind, text = "§modules", "§type_of", "§text"
        name = arguments[0]
        refused = kind(name) is text and name in modules
        what = "looking into the interpreter"
    elif event[:4] == "sys.":
        name = getframe(1).f_code.co_filename
        refused = not from_library(getframe(1), event)
        for known, file in but_for:
            if event == known and not name.endswith(file):
                refused = True
    elif event == "object.__setattr__":
        identity, kind = "§identity", "§type_of"
        changed, name = arguments[0], arguments[1]
        test_case, mro = "§test_case", "§mro"
        if name == "__code__":
            refused = not from_library(getframe(1), event)
        elif name == "__defaults__" or name == "__kwdefaults__":
            refused = identity(changed) in protected
        elif name == "__class__":
            refused = test_case in mro(kind(changed)) or identity(kind(changed)) in protected
        else:
            # Of a class above a test class it is as good as of the test class.
            refused = name == "__bases__" and (
                test_case in mro(changed) or not from_library(getframe(1), event)
            )
        what = "replacing what tests are made of"
    else:
        libraries, kind, text = "§libraries", "§type_of", "§text"
        name = arguments[1]
        refused = (
            kind(name) is text
            and name.startswith(libraries)
            and not from_library(getframe(1), event)
        )
        what = "code under a library's name"
    if refused:
        # Not an exception: its traceback would show frames of the harness to the program.
        write, leave, status = "§write", "§leave", "§status"
        try:
            write(2, f"\n{what} is not available in the sandbox\n".encode())
        finally:
            leave(status)


def make_audit_hook(law, who, judge):
    """The hook of a run; see the head of this file for what it refuses and why. It lets the
    thread pass for which `who()` is `judge`: a constant like all of it, since what could be
    written to would be."""
    # Whoever comes by a frame of the hook finds nothing in its globals either.
    empty = {"__builtins__": {}}
    from_library = bake(
        _from_library,
        empty,
        libraries=law.libraries,
        passing=("<frozen importlib", "<frozen posixpath"),
        ctypes="/ctypes/",
    )
    return bake(
        _hook,
        empty,
        watched=LOOKED_AT,
        always=ALWAYS_REFUSED,
        outside=REFUSED_OUTSIDE_LIBRARIES,
        but_for=tuple(REFUSED_BUT_FOR.items()),
        modules=REFUSED_MODULES,
        protected=law.protected,
        libraries=law.libraries,
        from_library=from_library,
        judge=judge,
        who=who,
        getframe=sys._getframe,
        identity=id,
        type_of=type,
        text=str,
        test_case=unittest.TestCase,
        mro=_mro,
        write=os.write,
        leave=os._exit,
        status=REFUSED,
    )
