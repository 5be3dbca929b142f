"""The judge: a thread that believes only what it sees on the main thread's stack.

Untrusted code runs on the main thread and can reach everything that code there can reach:
the result object, the suite, the harness's own reporting functions. So nothing that the
main thread *says* is worth a verdict. Instead the main thread rings a bell and waits, and
this thread looks at its stack from outside. A test is credited when `unittest`'s own
`_callTestMethod` was seen right after the test method had returned, with not one frame of
untrusted code between the harness's driver and the report. Code under test can call any
reporting function it finds, but its own frame is then on the stack. Failures need no such
proof: to forge one's own failure gains nothing. A method that raises never gets to the
report; what is swallowed on its way (in a subtest), and what is raised when the method has
returned (in `tearDown`, in a clean-up), says so from where it passes and takes the credit away.

The records of the judge carry a MAC. The key lies in no variable: it is an argument of a
`functools.partial` inside a `map` object that exists only on the value stack of
`preside`, where neither a name, nor a frame's locals, nor (with the audit hook in place)
the garbage collector leads to it.

The code that reports, and the audit hook (hook.py), hold what they call as constants, so that
a program that comes by them or their frames finds nothing to exchange. What can be exchanged
for a moment and put back (assertions of a class, of `TestCase`, of the running test) leaves
traces in numbers that the interpreter keeps for itself; watch.py reads them. Nothing that
the main thread hands over is compared, hashed or iterated over before its type is known,
since that would run the program's code on the judge's thread.

What remains forgeable:

- Memory: native code, and what comes to it in Python. A pointer can be had from `ctypes`
  without any of the events above (a union of an integer and a pointer), or from numpy's
  strides. Whoever reads memory finds the key.
- What the tests themselves rest on. Function and tests are one module: globals, helper
  functions that are no methods, clean-ups, files, the arguments of a call, modules that the
  tests use are the program's to change.
- Values that say what a test wants to hear. A comparison that is true of everything is
  disarmed where the source shows it and refused where an assertion meets it; one that is
  cleverer is a value like any other. `SkipTest`, raised by the function, skips the test.
- From Python 3.13 on, a frame's locals can be written to, and no number tells of changes of
  a dictionary. An assertion that is set on the running test and takes itself away leaves no
  trace in 3.10, nor where the tests of a class have used up the names that they can share (some
  thirty names and instances together; a program can bring that about). On a test class it
  leaves none if the class's table is then filled with names that its tests speak of.
- What a program does when a test has returned (from signal handlers, from the collector's
  callbacks) to what a clean-up then finds.
- A comparing function for values of a class that Python code could change, which the program
  registers with the running test; and what `assertRaises` gives a test to hold.
- A race between threads that has to be won against the judge within a few instructions.
"""

import _json
import _thread
import builtins
import dis
import gc
import inspect
import operator
import os
import sys
import types
import unittest
from functools import partial

from _blake2 import blake2s

_quote = _json.encode_basestring_ascii
_get_ident = _thread.get_ident
_mro, _class_dict = law["_mro"], law["_class_dict"]
has_only_texts = watch["has_only_texts"]
_TEST_CASES, ADJUSTABLE = law["_TEST_CASES"], law["ADJUSTABLE"]

# Exit status of a run whose judge could not go on; never a clean end.
FAILED = 74

_GENERATOR_LIKE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
# How many frames of signal handlers may lie on top of a report.
DEEPEST_HANDLER = 20
_STATUSES = frozenset({"failed", "error", "skipped", "expected_failure"})
_instance_dict = unittest.TestCase.__dict__["__dict__"].__get__


class Flags:
    """Attempts at interference, each kind once."""

    def __init__(self):
        self.seen = []


class _Test:
    """What the judge knows of one test."""

    __slots__ = (
        "test", "id", "attribute", "code", "decorated", "may_pass", "awaited", "returned",
        "negative", "owes",
    )

    def __init__(self, test, test_id, attribute, decorated=True):
        self.test = test
        self.id = test_id
        self.attribute = attribute
        self.decorated = decorated
        self.code = attribute.__code__ if type(attribute) is types.FunctionType else None
        # What is expected to fail and does not has not passed.
        self.may_pass = bool(test_id) and not _is_expected_to_fail(test, attribute)
        self.awaited = self.returned = self.negative = self.owes = False


def _is_expected_to_fail(test, attribute):
    mark = "__unittest_expecting_failure__"
    names = attribute.__dict__ if type(attribute) is types.FunctionType else {}
    if not _plain(names):
        return True
    return mark in names or any(mark in _class_dict(klass) for klass in _mro(type(test)))


def _has_teardown_class(klass):
    for base in _mro(klass):
        if "tearDownClass" in _class_dict(base):
            return base is not unittest.TestCase
    return False


def _find_attribute(test):
    """The attribute of the test's class that is its method, found without running any code
    of that class."""
    names = _instance_dict(test)
    name = names.get("_testMethodName") if _plain(names) else None
    # Of a text of its own kind the program would compute the hash, on this thread.
    if type(name) is not str:
        return None
    for klass in _mro(type(test)):
        members = _class_dict(klass)
        if name in members:
            return members[name]
    return None


class Session:
    """One run's proceedings. Made in the zygote, for the first run that a fork of it makes,
    and used on the judge's thread only."""

    def __init__(self, law, report_code, canaries):
        self.law = law
        self.flags = Flags()
        self.report_code = report_code
        self.rung = _ringing(report_code)
        self.driver = None
        # In one step of the interpreter, so that no other thread runs while the frames of all
        # threads are held: the last to let go of a frame runs the finalizers of what is in it.
        frames = iter(sys._current_frames, object())
        self.look = map(operator.itemgetter(_get_ident()), frames).__next__
        self.tests = {}
        self.canaries = canaries
        self.methods, self.namespace = {}, None
        self.shadows = ()
        self.harness_before = None
        self.settle()
        self.behind, self.tables, self.runners, self.broken = [], [], [], {}
        self.versions = self.version = None
        self.members, self.instances, self.owing = [], [], {}
        self.started = False
        self.interrupted = False
        self.over = False

    def settle(self):
        """Takes everything for granted as it is now."""
        law = self.law
        self.classes_before = law.classes.state()
        self.modules_before = law.modules.state()
        self.asserting_before = law.asserting.state()
        self.adjusted = _adjustable()

    def hear(self):
        """Looks at the main thread; the records that follow, as JSON texts.

        Nothing that the main thread hands over is compared, hashed or iterated over before
        its type is known: that would run the program's code on this thread.
        """
        frame = self.look()
        # A signal handler of the program may be running on top of the report.
        for _ in range(DEEPEST_HANDLER):
            if frame is None or frame.f_code is self.report_code:
                break
            frame = frame.f_back
        if frame is None or frame.f_code is not self.report_code or frame.f_lasti < self.rung:
            # Whoever rings without a report makes every later look one too early.
            self._note("the judge was called by something other than the harness")
            return
        values = frame.f_locals
        kind, payload = values["kind"], values["payload"]
        del values
        if type(kind) is not str or type(payload) is not tuple:
            self._note("a report in another form than the harness's")
            return
        caller = frame.f_back
        if kind == "returned" and len(payload) == 2:
            yield from self._returned(payload, frame)
        elif kind == "negative" and len(payload) == 5:
            yield from self._negative(payload, frame)
        elif kind == "broken" and len(payload) == 2:
            known = self._known(payload[0])
            if known is not None:
                known.negative = True
                self.broken[known] = payload[1] is True and self.broken.get(known, True)
        elif kind == "left" and len(payload) == 1:
            if caller.f_code is self.law.leaving and self._clean(frame):
                self.owing.pop(id(payload[0]), None)
        elif kind == "awaited" and len(payload) == 2:
            known = self._known(payload[0])
            if known is not None and caller.f_code is self.law.awaiting:
                known.awaited = True
        elif caller is not self.driver:
            self._note(f"{_name(kind)} reported by something other than the harness")
        elif kind == "collected" and tuple(map(type, payload)) == (list, list):
            self._collected(*payload)
        elif kind == "compiled":
            if not self.started:
                self.methods, self.namespace = dict(payload[0]), payload[1]
                self.started = True
                self.harness_before = self.law.harness.state()
        elif kind == "load_failed" and tuple(map(type, payload)) == (str, str):
            reason, message = payload
            self.interrupted = True
            if reason == "syntax" and self.started:
                reason = "error"
            yield f'{{"load_failed":{_text(reason)},"message":{_text(message)}}}'
        elif kind == "lenient" and tuple(map(type, payload)) == (str,):
            self._note(f"{payload[0]} accepts what it must refuse")
        elif kind == "data" and len(payload) == 1:
            yield f'{{"data":{_text(payload[0])}}}'
        elif kind == "finished":
            self.over = True
            yield from self._finish(frame)
        else:
            self._note("a report in another form than the harness's")

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

    def _collected(self, tests, runners):
        if self.tests:
            self._note("tests collected twice")
            return
        # What a module has put into unittest while it was loading stands at its end still;
        # what is put there from now on may be gone by then.
        if self.law.classes.state() != self.classes_before:
            self._compare()
            self.classes_before = self.law.classes.state()
            self.adjusted = _adjustable()
        self._compare_imported()
        classes, helpers, looked = [], set(), set()
        written = [code for codes, _ in self.methods.values() for code in codes]
        # The result and the suites: what is set on one of them stands before its methods.
        kinds = (unittest.TestSuite, self.law.result)
        self.runners = [one for one in runners if any(type(one) is kind for kind in kinds)]
        for entry in tests:
            if type(entry) is not tuple or len(entry) != 2:
                continue
            test, test_id = entry
            if not any(base is unittest.TestCase for base in _mro(type(test))):
                continue
            if type(test_id) is not str:
                continue
            for klass in _mro(type(test)):
                if klass is object or id(klass) in looked:
                    continue
                looked.add(id(klass))
                members = _class_dict(klass)
                if any(klass is one for one in _TEST_CASES):
                    continue
                if not _plain(members):
                    self._note("a test class with names that are no plain text")
                    return
                classes.append(members)
                for name, value in members.items():
                    if type(value) is not types.FunctionType:
                        continue
                    if _asserts(name, value):
                        helpers.add(name)
                    if value.__globals__ is not self.namespace and any(
                        value.__code__ is code for code in written
                    ):
                        self._note(f"{name} of a test class has another module's globals")
                    if name not in self.law.taken_names:
                        continue
                    code = value.__code__
                    if not any(code is one for one in written) and not (
                        code.co_filename.startswith(self.law.libraries)
                    ):
                        self._note(f"{name} of a test class is not the one of the source")
            if not _plain(_instance_dict(test)):
                self._note("a test with names that are no plain text")
                return
            attribute = _find_attribute(test)
            expected = self.methods.get(test_id)
            decorated = True
            if expected is not None:
                codes, decorated = expected
                if not decorated and (
                    type(attribute) is not types.FunctionType
                    or not any(attribute.__code__ is code for code in codes)
                ):
                    self._note(f"{test_id} is not the test of the source")
            known = self.tests[id(test)] = _Test(test, test_id, attribute, decorated)
            known.owes = _has_teardown_class(type(test))
        # Beside the law's own names, not in one set with them: to copy that would touch every
        # name in it, and each touch may copy a page.
        self.helpers = helpers
        watched = self.law.watched_names
        self.shadows = [(members, _shadows(members, watched, helpers)) for members in classes]
        self.behind = [gc.get_referents(members)[0] for members in classes]
        self.tables = watch["tables"](self.behind)
        self.members = [tuple(members) for members in classes]
        self.versions = watch["versions"](self.behind)
        self.version = None
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
        if not any(frame.f_back.f_code is code for code in self.law.returning):
            self._note("a test's end reported by something other than unittest")
            return
        if not self._clean(frame):
            self._note("a test's end reported by something other than unittest")
            return
        names = _instance_dict(test)
        if not _plain(names):
            self._note("a test with names that are no plain text")
            return
        code = known.code
        if _find_attribute(test) is not known.attribute or (
            code is not None
            and not (
                type(method) is types.MethodType
                and method.__func__ is known.attribute
                and method.__self__ is test
                and known.attribute.__code__ is code
            )
        ):
            self._note(f"{known.id} was replaced")
            return
        for name in watch["names"](names):
            if type(name) is str and (name in self.helpers or name in self.law.never_set):
                self._note(f"{name} of a test was replaced")
                return
        if not watch["shares_names"](names) and not self._is_crowded(type(test)):
            self._note("the names of a test were replaced")
            return
        law = self.law
        if law.async_case is not None and any(base is law.async_case for base in _mro(type(test))):
            runner = names.get("_asyncioRunner")
            if type(runner) is not law.runner or _has_own(runner, "run"):
                self._note("what runs an asynchronous test was replaced")
                return
        self._compare_shadows()
        self._compare_assertions()
        self._compare_classes()
        if code is not None and code.co_flags & _GENERATOR_LIKE and not known.awaited:
            known.negative = True
            message = "a generator or coroutine that nobody waited for: nothing of it has run"
            yield _test_record(known.id, "error", message, "")
            return
        if known.returned:
            self._note(f"{known.id} returned twice")
            return
        known.returned = True
        if known.owes:
            self.owing[id(type(test))] = type(test)
        if known.may_pass and not known.negative:
            yield _test_record(known.id, "passed", "", "")

    def _negative(self, payload, frame):
        test, test_id, status, message, exception = payload
        if type(status) is not str or status not in _STATUSES or type(message) is not str:
            self._note("a report in another form than the harness's")
            return
        known = self._known(test)
        if known is not None:
            known.negative = True
            if not known.id:
                # The canary that must fail says so in its own words.
                if status == "failed" and message == "canary" and self._clean(frame):
                    known.returned = True
                return
            # Nothing but a skip is put right by a report of less than a failure.
            if self.broken.get(known) or status == "failed" or status == "error":
                self.broken.pop(known, None)
            test_id = known.id
            if not known.decorated and status != "failed" and status != "error":
                self._excused(known, status)
        yield _test_record(test_id, status, message, exception)

    def _excused(self, known, status):
        """A test that was skipped or expected to fail though its source does not say so."""
        function = known.attribute
        marked = any(
            "__unittest_skip__" in names
            for names in (
                function.__dict__ if type(function) is types.FunctionType else {},
                *(_class_dict(klass) for klass in _mro(type(known.test))),
            )
            if _plain(names)
        )
        if marked or status == "expected_failure":
            self._note(f"{known.id} was excused by something other than its source")

    def _finish(self, frame):
        if frame.f_back is not self.driver:
            self._note("an end reported by something other than the harness")
        self._compare_all()
        if self.tests and not self.interrupted:
            passing, failing = (self.tests[id(canary)] for canary in self.canaries)
            if not passing.returned or passing.negative:
                self._note("the canary that must pass did not")
            if not (failing.negative and failing.returned):
                self._note("the canary that must fail did not")
        for known in self.broken:
            if known.returned and known.may_pass:
                message = "something raised after the test had returned, and nobody was told"
                yield _test_record(known.id, "error", message, "")
        flags = ",".join(_text(what) for what in self.flags.seen)
        yield f'{{"end":true,"flags":[{flags}]}}'

    def _compare_all(self):
        law = self.law
        if self.started and law.harness.state() != self.harness_before:
            self._note("the harness was changed while tests ran")
        if self.owing and not self.interrupted:
            self._note("tearDownClass of a test class was not called")
        for runner in self.runners:
            if type(runner.__dict__) is not dict or not watch["shares_names"](runner.__dict__):
                self._note("the names of unittest's result or suite were replaced")
                continue
            for name in watch["names"](runner.__dict__):
                if type(name) is not str or name in law.running_names:
                    self._note("a method of unittest's result or suite was replaced")
        self._compare_classes()
        self._compare_assertions()
        if law.modules.state() != self.modules_before:
            self._compare()
        if not law.sees_modules:
            self._compare()
        self._compare_shadows()
        self._compare_imported()

    def _compare_imported(self):
        law = self.law
        if _plain(law.warnings) and law.warnings.get("catch_warnings") is not law.recorder:
            self._note("catch_warnings was replaced")
        if law.asserting_modules and _plain(law.imported):
            for name, module in law.asserting_modules:
                if law.imported.get(name, module) is not module:
                    self._note(f"{name} was replaced")

    def _compare_assertions(self):
        law = self.law
        state = law.asserting.state()
        if law.sees_modules and state == self.asserting_before:
            return
        self.asserting_before = state
        for names, known in law.assertions:
            if not _plain(names):
                self._note("a library has names that are no plain text")
                continue
            for name, value in known.items():
                if names.get(name, value) is not value:
                    self._note(f"{name} of a library was replaced")

    def _compare_classes(self):
        law = self.law
        if not law.sees_classes:
            self._compare()
            return
        state = law.classes.state()
        if state == self.classes_before:
            return
        self._compare()
        # A test may set these on unittest's own classes, and has when they differ.
        if _adjustable() == self.adjusted:
            self._note("a class of unittest was changed while tests ran")
        self.classes_before, self.adjusted = state, _adjustable()

    def _compare_shadows(self):
        if self.versions is not None:
            version = [number.value for number in self.versions]
            if version == self.version:
                return
            self.version = version
        for members, before in self.shadows:
            if not _same(_shadows(members, self.law.watched_names, self.helpers), before):
                self._note("a method of a test class was replaced")
        now = watch["tables"](self.behind)
        if now != self.tables:
            self._compare_tables(now)
        self.tables = now

    def _compare_tables(self, now):
        """What is put in and taken out again leaves a hole beside those of the names that were
        there and are gone. A new table has no holes; what may have made it new are names that
        the tests' own methods speak of, behind those that were there."""
        spoken = None
        for number, (after, before) in enumerate(zip(now, self.tables)):
            if after == before:
                continue
            old, members = self.members[number], self.shadows[number][0]
            if not _plain(members):
                self._note("a test class with names that are no plain text")
                return
            names = tuple(members)
            kept = tuple(filter(set(names).__contains__, old))
            lost = len(old) - len(kept)
            self.members[number] = names
            if after[0] == before[0]:
                if after[2] != before[2] + lost:
                    self._note("a name of a test class was set and taken away again")
                continue
            spoken = spoken or self._spoken()
            new = names[len(kept) :]
            if after[2] > lost or names[: len(kept)] != kept or not spoken.issuperset(new):
                self._note("a test class was filled with names of no test")

    def _spoken(self):
        """The names that the methods of the source speak of, and those that unittest and the
        interpreter give to test classes."""
        spoken = set(_GIVEN)
        for codes, _ in self.methods.values():
            for code in codes:
                spoken.update(code.co_names)
        return spoken

    def _is_crowded(self, klass):
        """Whether the instances of a class can share no more names."""
        try:
            instance = object.__new__(klass)
        except TypeError:
            return True
        # Kept: what a class says of the end of an instance is not to run on this thread.
        self.instances.append(instance)
        return watch["room"](_instance_dict(instance)) <= 1

    def _compare(self):
        for names, before in self.law.names:
            if not _plain(names):
                self._note("unittest has names that are no plain text")
                return
            for name in names:
                if name not in before and (name in vars(builtins) or _is_special(name)):
                    self._note(f"{name} was added to unittest")
        for mapping, name, value in self.law.attributes:
            if mapping.get(name) is not value:
                self._note(f"{name} of unittest was replaced")


# What unittest, the interpreter and `unittest.mock` leave in a test class.
_GIVEN = frozenset(
    """_classSetupFailed _class_cleanups tearDown_exceptions __annotations__ __annotations_cache__
    __annotate__ __doc__ __unittest_skip__ __unittest_skip_why__""".split()
)


def _ringing(code):
    """Where in a report the bell has been loaded; what comes behind is its call."""
    return 1 + max(
        step.offset
        for step in dis.get_instructions(code)
        if "LOAD_FAST" in step.opname
        and "ring" in (step.argval if type(step.argval) is tuple else (step.argval,))
    )


def _adjustable():
    names = _class_dict(unittest.TestCase)
    return [id(names.get(name)) for name in sorted(ADJUSTABLE)]


def _is_special(name):
    return name[:2] == "__" and name not in ("__warningregistry__", "__doc__", "__annotations__")


def _has_own(owner, name):
    names = owner.__dict__
    return type(names) is not dict or any(
        type(known) is str and known == name for known in watch["names"](names)
    )


def _plain(names):
    """Whether it is a dictionary whose keys are texts, all nothing derived from these: looking
    into another, or for another kind of key, would run its code on the judge's thread.

    Where the interpreter knows, it is asked: to go through the keys of a large dictionary
    copies a page of memory for every few of them."""
    if type(names) is dict:
        if has_only_texts(names):
            return True
    elif type(names) is not types.MappingProxyType:
        return False
    return not any(kind is not str for kind in map(type, names))


def _name(kind):
    return kind if kind in ("collected", "compiled", "load_failed", "lenient", "data", "finished") else "it"


def _test_record(test_id, status, message, exception):
    return (
        f'{{"test":{_text(test_id)},"status":{_text(status)},'
        f'"message":{_text(message)},"exception":{_text(exception)}}}'
    )


def _asserts(name, function):
    """Whether a method of a test class looks like one that asserts something."""
    return name.startswith("assert") or any(
        used.startswith(("assert", "fail")) for used in function.__code__.co_names
    )


def _shadows(members, watched, helpers):
    """The members of a test class that stand in for methods of `TestCase`, or that assert."""
    return [
        (name, value)
        for name, value in members.items()
        if type(name) is str and (name in watched or name in helpers)
    ]


def _same(now, before):
    return len(now) == len(before) and all(
        name == other_name and value is other
        for (name, value), (other_name, other) in zip(now, before)
    )


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


def preside(box, channel, desk, bodies, write, leave, session):
    """Signs and writes every record, then ends the process. Holds the session to the very
    end: taking it apart, and the law with it, would be for nothing."""
    for mac in map(partial(blake2s, key=box.pop()), bodies):
        body = desk[0]
        data = memoryview(len(body).to_bytes(4, "little") + mac.digest() + body)
        while data:
            data = data[write(channel, data) :]
    leave(0)


def start(box, session, channel, bell, answer, leave, driver):
    """Starts the judge's thread and returns its number; `box` holds the key and is emptied
    by it. With `leave` it ends the process."""
    session.driver = driver
    desk = [None]
    bodies = proceedings(session, bell, answer, desk)
    write = os.write

    def thread(box):
        try:
            preside(box, channel, desk, bodies, write, leave, session)
        finally:
            # The supervisor has closed the channel, or the program has broken the rules of
            # reporting.
            leave(FAILED)

    return _thread.start_new_thread(thread, (box,))
