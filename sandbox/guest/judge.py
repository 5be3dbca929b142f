"""The judge: a thread that believes only what it sees on the main thread's stack.

Untrusted code runs on the main thread and can reach everything that code there can reach:
the result object, the suite, the harness's own reporting functions. So nothing that the
main thread *says* is worth a verdict. Instead the main thread rings a bell and waits, and
this thread looks at its stack from outside. A test is credited when

1. `unittest`'s own `_callTestMethod` was seen right after the test method had returned, and
2. `unittest`'s own `run` was seen reporting its success,

each time with not one frame of untrusted code between the harness's driver and the report.
Code under test can call any reporting function it finds, but its own frame is then on the
stack. Failures need no such proof: to forge one's own failure gains nothing, and to
suppress it leaves the test without credit.

The records of the judge carry a MAC. The key lies in no variable: it is an argument of a
`functools.partial` inside a `map` object that exists only on the value stack of
`preside`, where neither a name, nor a frame's locals, nor (with the audit hook in place)
the garbage collector leads to it.

The audit hook refuses what could lead there after all, and notes the attempt:

- always: `gc.get_objects`, `gc.get_referrers`, `gc.get_referents`, other threads' frames,
  further audit hooks, new code for functions of `unittest`. No library calls these while
  tests run.
- unless a library does it (decided by the file of the calling frame): tracing, profiling
  and monitoring; the parts of `ctypes` that reach into memory. Debuggers, doctest and numpy
  do these for their own ends. Pretending to be a library's file is refused as well.
- never: `sys._getframe`, attribute access on frames, compiling, importing. Named tuples,
  logging, warnings and dataclasses live on them, and the main thread's frames hold nothing
  that helps.

What it does not withstand: native code, which can read the process's memory.
"""

import _json
import _thread
import builtins
import contextlib
import doctest
import gc
import os
import sys
import sysconfig
import types
import unittest
import unittest.case
import unittest.loader
import unittest.result
import unittest.suite
from functools import partial
from unittest import async_case

from _hashlib import hmac_digest

_quote = _json.encode_basestring_ascii
_current_frames = sys._current_frames
_get_ident = _thread.get_ident
_getframe = sys._getframe

ALWAYS_REFUSED = frozenset(
    {
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "sys._current_frames",
        "sys._current_exceptions",
        "sys.addaudithook",
    }
)
REFUSED_OUTSIDE_LIBRARIES = frozenset(
    {
        "sys.settrace",
        "sys.setprofile",
        "sys.monitoring.register_callback",
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
LOOKED_AT = (
    ALWAYS_REFUSED
    | REFUSED_OUTSIDE_LIBRARIES
    | {"compile", "code.__new__", "object.__setattr__"}
)

# Exit status of a run whose judge could not go on; never a clean end.
FAILED = 74

# What honest tests set on `unittest`'s classes for good.
ADJUSTABLE = frozenset({"sortTestMethodsUsing", "maxDiff", "longMessage"})

_instance_dict = unittest.TestCase.__dict__["__dict__"].__get__
_mro = type.__dict__["__mro__"].__get__
_class_dict = type.__dict__["__dict__"].__get__

_TRUSTED_MODULES = (
    unittest.case,
    unittest.suite,
    unittest.result,
    unittest.loader,
    async_case,
    contextlib,
    doctest,
)
_PROTECTED_MODULES = (
    unittest.case,
    unittest.suite,
    unittest.result,
    unittest.loader,
    async_case,
)


def _functions_of(value):
    """The plain functions behind a module's or class's attribute."""
    if isinstance(value, types.FunctionType):
        yield value
        for cell in value.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                continue
            if isinstance(content, types.FunctionType):
                yield content
    elif isinstance(value, (staticmethod, classmethod)):
        yield from _functions_of(value.__func__)
    elif isinstance(value, property):
        for function in (value.fget, value.fset, value.fdel):
            if function is not None:
                yield from _functions_of(function)


class Law:
    """What is looked up once, in the zygote: the code that may report, and the state that
    must be the same after a run."""

    def __init__(self, harness):
        self.reporters = {}
        self.functions = []
        self.attributes = []
        modules = [(vars(module), module.__name__) for module in _TRUSTED_MODULES]
        modules += [(namespace, namespace["__name__"]) for namespace in harness]
        protected = [vars(module) for module in _PROTECTED_MODULES] + list(harness)
        for namespace, name in modules:
            guarded = any(namespace is one for one in protected)
            self._remember(namespace, name, guarded)
            for value in list(namespace.values()):
                if isinstance(value, type) and value.__module__ == name:
                    self._remember(_class_dict(value), name, guarded)
        # Methods of a test case that no test replaces while it runs. Not `run`, `debug` or
        # `id`: tests keep their own things under such names.
        self.shadowing = frozenset(
            name
            for case in (unittest.TestCase, async_case.IsolatedAsyncioTestCase)
            for name, value in vars(case).items()
            if callable(value) and name.startswith(("assert", "fail", "_call", "_base"))
            if name != "failureException"
        )
        # The builtins that unittest itself calls; replacing another one is a program's own
        # business.
        used = {
            name
            for module in _PROTECTED_MODULES
            for function in self._code_objects(vars(module))
            for name in function.co_names
        } - {"print", "open", "input"}
        self.builtins = tuple(
            (name, value) for name, value in vars(builtins).items() if name in used
        )
        self.libraries = tuple(
            sorted(
                {
                    os.path.join(path, "")
                    for path in (
                        *sysconfig.get_paths().values(),
                        *(entry for entry in sys.path if entry),
                        sysconfig.get_path("stdlib"),
                        HOME,
                    )
                    if path and path != "/"
                }
            )
        )

    def _remember(self, mapping, module, guarded):
        for name, value in list(mapping.items()):
            for function in _functions_of(value):
                self._allow(function.__code__, function.__globals__)
                if guarded:
                    self.functions.append((function, function.__code__, function.__defaults__))
            if guarded and name not in ADJUSTABLE:
                if isinstance(value, type) or any(_functions_of(value)):
                    self.attributes.append((mapping, name, value))

    def _allow(self, code, namespace):
        self.reporters[id(code)] = (code, namespace)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._allow(constant, namespace)

    def _code_objects(self, namespace):
        for code, its_namespace in self.reporters.values():
            if its_namespace is namespace:
                yield code


class Flags:
    """Attempts at interference, each kind once."""

    def __init__(self):
        self.seen = []

    def raise_for(self, what):
        if what not in self.seen:
            self.seen.append(what)
        raise RuntimeError(f"{what} is not available in the sandbox")


def make_audit_hook(law, flags, judge_ident):
    """The hook of one run; see the head of this file for what it refuses and why."""
    libraries = law.libraries
    protected = {id(function) for function, _, _ in law.functions}
    watched, always, outside = LOOKED_AT, ALWAYS_REFUSED, REFUSED_OUTSIDE_LIBRARIES
    getframe, get_ident = _getframe, _get_ident
    passing = ("<frozen importlib", "<frozen posixpath")

    def from_library(frame, event):
        while frame is not None:
            name = frame.f_code.co_filename
            if event.startswith("ctypes") and "/ctypes/" in name and name.startswith(libraries):
                frame = frame.f_back
                continue
            if name.startswith(passing):
                frame = frame.f_back
                continue
            return name.startswith(libraries)
        return True

    def hook(event, arguments):
        if event not in watched:
            return
        if get_ident() == judge_ident[0]:
            return
        if event in always:
            flags.raise_for(event)
        if event in outside:
            if not from_library(getframe(1), event):
                flags.raise_for(event)
        elif event == "object.__setattr__":
            if arguments[1] == "__code__" and id(arguments[0]) in protected:
                flags.raise_for("replacing code of unittest")
        else:
            name = arguments[1]
            if (
                type(name) is str
                and name.startswith(libraries)
                and not from_library(getframe(1), event)
            ):
                flags.raise_for("code under a library's name")

    return hook


class _Test:
    """What the judge knows of one test."""

    __slots__ = ("test", "id", "attribute", "returned", "succeeded", "negative")

    def __init__(self, test, test_id, attribute):
        self.test = test
        self.id = test_id
        self.attribute = attribute
        self.returned = self.succeeded = self.negative = False


def _find_attribute(test):
    """The attribute of the test's class that is its method, found without running any code
    of that class."""
    name = _instance_dict(test).get("_testMethodName")
    for klass in _mro(type(test)):
        members = _class_dict(klass)
        if name in members:
            return members[name]
    return None


class Session:
    """One run's proceedings; lives on the judge's thread only."""

    def __init__(self, law, flags, report_code, driver, canaries, main_ident):
        self.law = law
        self.flags = flags
        self.report_code = report_code
        self.driver = driver
        self.main_ident = main_ident
        self.tests = {}
        self.canaries = canaries
        self.methods = {}
        self.shadows = ()
        self.started = False
        self.interrupted = False
        self.over = False

    def hear(self):
        """Looks at the main thread; the records that follow, as JSON texts."""
        frame = _current_frames().get(self.main_ident)
        if frame is None or frame.f_code is not self.report_code:
            return
        values = frame.f_locals
        kind, payload = values["kind"], values["payload"]
        if type(kind) is not str or type(payload) is not tuple:
            return
        if kind == "returned":
            self._returned(payload, frame)
        elif kind == "success":
            yield from self._success(payload, frame)
        elif kind == "negative":
            yield from self._negative(payload)
        elif kind == "collected":
            self._collected(payload)
        elif kind == "compiled":
            if not self.started:
                self.methods = payload[0]
                self.started = True
        elif kind == "load_failed":
            reason, message = payload
            self.interrupted = True
            if reason == "syntax" and self.started:
                reason = "error"
            yield f'{{"load_failed":{_text(reason)},"message":{_text(message)}}}'
        elif kind == "data":
            yield f'{{"data":{_text(payload[0])}}}'
        elif kind == "finished":
            self.over = True
            yield from self._finish(frame)

    def _clean(self, frame):
        """Whether nothing but `unittest` and the harness lies between driver and report."""
        reporters, driver = self.law.reporters, self.driver
        frame = frame.f_back
        while frame is not driver:
            if frame is None:
                return False
            code = frame.f_code
            known = reporters.get(id(code))
            if known is None or known[0] is not code or known[1] is not frame.f_globals:
                return False
            frame = frame.f_back
        return True

    def _note(self, what):
        if what not in self.flags.seen:
            self.flags.seen.append(what)

    def _collected(self, payload):
        if self.tests:
            self._note("tests collected twice")
            return
        shadowing, shadows, looked = self.law.shadowing, [], set()
        for test, test_id in payload[0]:
            if unittest.TestCase not in _mro(type(test)) or type(test_id) is not str:
                continue
            attribute = _find_attribute(test)
            expected = self.methods.get(test_id)
            if expected is not None and type(attribute) is types.FunctionType:
                codes, decorated = expected
                if not decorated and attribute.__code__ not in codes:
                    self._note(f"{test_id} is not the test of the source")
            self.tests[id(test)] = _Test(test, test_id, attribute)
            for klass in _mro(type(test)):
                if klass in looked:
                    continue
                looked.add(klass)
                members = _class_dict(klass)
                if members.get("__module__") in ("unittest.case", "unittest.async_case", "doctest"):
                    continue
                if klass is object:
                    continue
                for name in (*shadowing, "run", "__call__"):
                    shadows.append((members, name, members.get(name)))
        self.shadows = shadows
        for canary in self.canaries:
            self.tests[id(canary)] = _Test(canary, "", _find_attribute(canary))

    def _known(self, test):
        known = self.tests.get(id(test))
        return known if known is not None and known.test is test else None

    def _returned(self, payload, frame):
        test, method = payload
        known = self._known(test)
        if known is None:
            return
        if not self._clean(frame):
            self._note("a test's end reported by something other than unittest")
            return
        if _find_attribute(test) is not known.attribute:
            self._note(f"{known.id} was replaced")
            return
        if type(known.attribute) is types.FunctionType and not (
            type(method) is types.MethodType
            and method.__func__ is known.attribute
            and method.__self__ is test
        ):
            self._note(f"{known.id} was replaced")
            return
        for name in _instance_dict(test):
            if name in self.law.shadowing:
                self._note(f"{name} of a test was replaced")
                return
        known.returned = True

    def _success(self, payload, frame):
        known = self._known(payload[0])
        if known is None:
            return
        if not self._clean(frame):
            self._note("a success reported by something other than unittest")
        elif known.succeeded:
            self._note(f"{known.id} succeeded twice")
        else:
            # The last thing that `run` does: nothing of the test can fail any more.
            known.succeeded = True
            if known.returned and known.id and not known.negative:
                yield f'{{"test":{_text(known.id)},"status":"passed","message":"","exception":""}}'

    def _negative(self, payload):
        test, test_id, status, message, exception = payload
        known = self._known(test)
        if known is not None:
            known.negative = True
            if not known.id:
                # The canary that must fail says so in its own words.
                if status == "failed" and message == "canary":
                    known.succeeded = known.returned = True
                return
        yield (
            f'{{"test":{_text(known.id if known is not None else test_id)},'
            f'"status":{_text(status)},"message":{_text(message)},'
            f'"exception":{_text(exception)}}}'
        )

    def _finish(self, frame):
        if frame.f_back is not self.driver:
            self._note("an end reported by something other than the harness")
        self._compare()
        if self.tests and not self.interrupted:
            passing, failing = (self.tests[id(canary)] for canary in self.canaries)
            if not (passing.returned and passing.succeeded and not passing.negative):
                self._note("the canary that must pass did not")
            if not (failing.negative and failing.succeeded):
                self._note("the canary that must fail did not")
        flags = ",".join(_text(what) for what in self.flags.seen)
        yield f'{{"end":true,"flags":[{flags}]}}'

    def _compare(self):
        law = self.law
        for mapping, name, value in law.attributes:
            if mapping.get(name) is not value:
                self._note(f"{name} of unittest was replaced")
        for function, code, defaults in law.functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                self._note(f"{function.__name__} of unittest was changed")
        namespace = builtins.__dict__
        for name, value in law.builtins:
            if namespace.get(name) is not value:
                self._note(f"the builtin {name} was replaced")
        for members, name, value in self.shadows:
            if members.get(name) is not value:
                self._note(f"{name} of a test class was replaced")


def _text(value):
    if type(value) is not str:
        return '"?"'
    # Half a surrogate pair has no place in a record.
    return _quote(value if value.isascii() else value.encode("utf-8", "replace").decode())


def proceedings(session, bell, answer, desk):
    """The bodies of all records, in order; each is left on the desk as it is yielded."""
    enable, disable = gc.enable, gc.disable
    number = 0

    def seal(text):
        nonlocal number
        body = number.to_bytes(8, "little") + text.encode()
        number += 1
        desk[0] = body
        return body

    yield seal('{"hello":1}')
    answer.release()
    while not session.over:
        bell.acquire()
        # Finalizers of untrusted objects must not run on this thread.
        collecting = gc.isenabled()
        disable()
        for text in session.hear():
            yield seal(text)
        if collecting:
            enable()
        if not session.over:
            answer.release()


def preside(box, channel, desk, bodies, write, leave):
    """Signs and writes every record, then ends the process."""
    for mac in map(partial(hmac_digest, box.pop(), digest="sha256"), bodies):
        body = desk[0]
        data = memoryview(len(body).to_bytes(4, "little") + mac + body)
        while data:
            data = data[write(channel, data) :]
    leave(0)


def start(box, law, flags, channel, report_code, driver, canaries, bell, answer, judge_ident):
    """Starts the judge's thread; `box` holds the key and is emptied by it."""
    main_ident = _get_ident()
    session = Session(law, flags, report_code, driver, canaries, main_ident)
    desk = [None]
    bodies = proceedings(session, bell, answer, desk)
    write, leave = os.write, os._exit

    def thread(box):
        judge_ident[0] = _get_ident()
        try:
            preside(box, channel, desk, bodies, write, leave)
        finally:
            # Only the supervisor's closing of the channel gets here.
            leave(FAILED)

    _thread.start_new_thread(thread, (box,))
