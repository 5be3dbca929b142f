"""A run, from its payload to its end, on the main thread.

Everything here shares its thread with untrusted code and is trusted with nothing: it rings
for the judge (judge.py), which believes its eyes. What it must get right is fidelity: an
honest module has to come to the same result as under `python -m unittest solution`.
"""

import _thread
import builtins
import contextlib
import ctypes
import importlib.util
import inspect
import json
import os
import struct
import sys
import traceback
import types
import unittest
import unittest.case
import unittest.loader
import unittest.result
import warnings
from functools import partial

WORK = "/tmp/work"
MESSAGE_CHARACTERS = 4000
MOST_FRAMES = 12
PROCESSORS = sorted(os.sched_getaffinity(0))

# The part of reading JSON that is no Python.
_scan = json.JSONDecoder().scan_once
_prepared = {}
_mro, _class_dict = (type.__dict__[name].__get__ for name in ("__mro__", "__dict__"))
# The asynchronous one only where a program speaks of it; see profile.rs.
_async_case = sys.modules.get("unittest.async_case")
_TEST_CASES = (
    (unittest.TestCase,)
    if _async_case is None
    else (unittest.TestCase, _async_case.IsolatedAsyncioTestCase)
)


def prepare(finder):
    """Once, in the zygote, after preloading."""
    # Out of the program's reach from here on: what it finds, it can rewrite.
    judge, law, hook, margins = map(globals().pop, ("judge", "law", "hook", "margins"))
    bell, answer = _thread.allocate_lock(), _thread.allocate_lock()
    bell.acquire()
    answer.acquire()
    own = []
    report = hook["bake"](
        _report,
        {"__builtins__": {}},
        getpid=os.getpid,
        get_ident=_thread.get_ident,
        main=_thread.get_ident(),
        own=own,
        leave=os._exit,
        ring=bell.release,
        wait=answer.acquire,
    )
    bake = _baker(hook["bake"], report)
    _extend_unittest(bake, report)
    _announce_memory()
    for name in ("_negative", "_flush"):
        main = _thread.get_ident()
        setattr(Result, name, bake(vars(Result)[name], get_ident=_thread.get_ident, main=main))
    law = law["Law"]([globals(), belief], finder)
    # Warnings leave a note on whom they blame.
    globals()["__warningregistry__"] = {}
    canaries = (_Canary("must_pass"), _Canary("must_fail"))
    belief["prepare"](law.libraries, finder.peek("unittest.mock"))
    _rehearse(judge, law, report, own, bell, answer, canaries, finder)
    _prepared.update(
        start=judge["start"],
        # In a process namespace of its own a run's second thread is always number two.
        hook=hook["make_audit_hook"](law, _thread.get_native_id, 2),
        make_hook=partial(hook["make_audit_hook"], law, _thread.get_ident),
        session=judge["Session"](law, report.__code__, canaries),
        report=report,
        own=own,
        bell=bell,
        answer=answer,
        canaries=canaries,
        margins=margins["prepare"](finder.peek),
        # What most jobs call theirs.
        module=_new_module("solution", f"{WORK}/solution.py"),
    )


def settle():
    """Once, in the zygote, when everything is in its place: what was put there since is no
    change that a run has made, and need not be compared in each."""
    _prepared["session"].settle()


# A small module with tests that pass and tests that do not.
_REHEARSAL = b"""
import unittest

def double(value):
    return value + value

class TestDouble(unittest.TestCase):
    def setUp(self):
        self.values = [1, 2]
    def test_number(self):
        self.assertEqual(double(1), 2)
    def test_list(self):
        self.assertEqual(double(self.values), [1, 2, 1, 2])
        self.assertIsInstance(self.values, list)
    def test_float(self):
        self.assertAlmostEqual(double(0.1), 0.2)
    def test_exception(self):
        with self.assertRaises(TypeError):
            double(None)
        self.assertTrue(double(1))
    def test_failure(self):
        self.assertEqual(double("a"), "a")
"""
# So often that the interpreter has adapted all of it.
_REHEARSALS = 12


def _rehearse(judge, law, report, own, bell, answer, canaries, finder):
    """Runs a module of the harness's own in the zygote, several times.

    The interpreter adapts code to what it meets, in place; what has been adapted here need
    not be in every run, each on copies of the pages that it changes.
    """
    nowhere = os.open("/dev/null", os.O_WRONLY)
    own.append(os.getpid())
    for _ in range(_REHEARSALS):
        ended = []

        # Its own list: the thread may still be on its way out when the next one begins.
        def leave(status, ended=ended):
            if not ended:
                ended.append(status)
                answer.release()
            _thread.exit()

        session = judge["Session"](law, report.__code__, canaries)
        start = partial(judge["start"], [bytes(32)], session, nowhere, bell, answer, leave)
        path = f"{WORK}/solution.py"
        module = _new_module("solution", path)
        payload = {"entry": "solution", "kind": "verdict", "seed": 0, "order": "as_loaded"}
        _perform(start, int, report, canaries, module, payload, _REHEARSAL, path, finder, None, None)
        if ended != [0] or session.flags.seen:
            raise RuntimeError(f"the rehearsal failed: {ended} {session.flags.seen}")
        del sys.modules["solution"]
    own.clear()
    os.close(nowhere)


def _baker(bake, report):
    return lambda function, **values: bake(function, globals(), report=report, **values)


def _report(kind, payload, result=None):
    getpid, own = "§getpid", "§own"
    if getpid() not in own:
        # A fork of the run that came back to the harness.
        leave = "§leave"
        leave(72)
    get_ident, main = "§get_ident", "§main"
    if get_ident() != main:
        # Nobody looks at other threads.
        return result
    ring, wait = "§ring", "§wait"
    ring()
    wait()
    return result


def _announce_memory():
    """Lets the parts of ctypes that reach into memory unannounced raise the event of those that
    are announced."""
    for name in ("cast", "memmove", "memset"):
        original = getattr(ctypes, name)

        def announced(*arguments, _original=original, _announce=sys.audit):
            _announce("ctypes.cdata", None)
            return _original(*arguments)

        # As one of ctypes' own functions, so that it counts who calls it.
        code = announced.__code__.replace(co_filename=ctypes.__file__, co_name=name)
        announced.__code__ = code
        announced.__name__ = announced.__qualname__ = name
        setattr(ctypes, name, announced)


async def _witness(test, method):
    """Waits for an asynchronous test and says that it has come to its end."""
    report = "§report"
    value = await method()
    report("awaited", (test, method))
    return value


def _extend_asynchronous(bake, kind):
    def _callTestMethod(self, method):
        report, original, witness = "§report", "§original", "§witness"
        is_coroutine, partial = "§is_coroutine", "§partial"
        awaited = partial(witness, self, method) if is_coroutine(method) else method
        report("returned", (self, method), original(self, awaited))

    kind._callTestMethod = bake(
        _callTestMethod,
        original=kind._callTestMethod,
        witness=_witness,
        partial=partial,
        is_coroutine=inspect.iscoroutinefunction,
    )


def _extend_unittest(bake, report):
    """Gives unittest's methods their own words with a report behind the test's return and a
    second look behind comparisons.

    What they call is a constant of theirs: what a closure or a global name holds, anybody
    can replace.
    """
    global _witness
    _witness = bake(_witness)
    case = unittest.TestCase

    def _callTestMethod(self, method):
        report, original = "§report", "§original"
        # The payload is complete before the test runs, where no frame shows it.
        report("returned", (self, method), original(self, method))

    case._callTestMethod = bake(_callTestMethod, original=case._callTestMethod)

    if _async_case is not None:
        _extend_asynchronous(bake, _async_case.IsolatedAsyncioTestCase)

    # An exception that something on its way swallows is one all the same.
    def part(self, /, *args, **kwargs):
        report, original, exceptions, skip = "§report", "§original", "§exceptions", "§skip"
        try:
            original(self, *args, **kwargs)
        except exceptions as error:
            report("broken", (self, type(error) is skip))
            raise

    def bound(self):
        method, whole = "§method", "§whole"
        return method(whole, self)

    for kind in _TEST_CASES:
        for name in ("_callSetUp", "_callTearDown", "_callCleanup"):
            original = vars(kind)[name]
            if name == "_callTearDown" and kind is case:
                original = bake(_clear_up, mro=_mro, names=_class_dict)
            function = bake(
                part, original=original, exceptions=BaseException, skip=unittest.SkipTest
            )
            _named(function, name)
            # A property goes before what is set on the test itself, whenever that is set:
            # nobody looks at a test any more once it has returned.
            setattr(kind, name, property(bake(bound, method=types.MethodType, whole=function)))

    def _tearDownPreviousClass(self, test, result):
        report, original, owes, due = "§report", "§original", "§owes", "§due"
        previous = getattr(result, "_previousTestClass", None)
        left = previous is not type(test) and owes(previous) and due(previous, result)
        original(self, test, result)
        if left:
            report("left", (previous,))

    unittest.TestSuite._tearDownPreviousClass = bake(
        _tearDownPreviousClass,
        original=unittest.TestSuite._tearDownPreviousClass,
        owes=_has_teardown_class,
        due=_is_teardown_class_due,
    )

    def subTest(self, msg=unittest.case._subtest_msg_sentinel, **params):
        report, original, exceptions, skip = "§report", "§original", "§exceptions", "§skip"
        with original(self, msg, **params):
            try:
                yield
            except exceptions as error:
                report("broken", (self, type(error) is skip))
                raise

    sub_test = bake(
        subTest, original=case.subTest, exceptions=BaseException, skip=unittest.SkipTest
    )
    sub_test.__defaults__ = subTest.__defaults__
    case.subTest = contextlib.contextmanager(sub_test)

    def assertEqual(self, first, second, msg=None):
        """Fail if the two objects are unequal as determined by the '=='
        operator.
        """
        equals_anything, is_genuine, differs = "§equals_anything", "§is_genuine", "§differs"
        compare = self._getAssertEqualityFunc(first, second)
        compare(first, second, msg=msg)
        if not is_genuine(compare, self) and differs(compare, self, first, second):
            raise self.failureException("values that differ, in a comparison of the program's own")
        if equals_anything(first) or equals_anything(second):
            raise self.failureException("a value that claims to be equal to anything")

    genuine = [vars(case)[name] for name in ("_baseAssertEqual", "assertMultiLineEqual")]

    def compare(self, *arguments, **names):
        original, equals_anything = "§original", "§equals_anything"
        original(self, *arguments, **names)
        for value in (*arguments[:2], *names.values()):
            if equals_anything(value):
                raise self.failureException("a value that claims to be equal to anything")

    for name in _COMPARING:
        original = vars(case)[name]
        function = bake(compare, original=original, equals_anything=belief["equals_anything"])
        setattr(case, name, _named(function, name, original))
        if any(name == standard for _, standard in _STANDARD):
            genuine.append(function)

    function = bake(
        assertEqual,
        equals_anything=belief["equals_anything"],
        is_genuine=bake(_is_genuine, method=types.MethodType, genuine=frozenset(map(id, genuine))),
        differs=_differs,
    )
    case.assertEqual = _named(function, "assertEqual")


def _clear_up(self):
    mro, names = "§mro", "§names"
    for klass in mro(type(self)):
        if "tearDown" in names(klass):
            method = names(klass)["tearDown"]
            bind = getattr(type(method), "__get__", None)
            (method if bind is None else bind(method, self, type(self)))()
            return


def _has_teardown_class(klass):
    if isinstance(klass, type):
        for base in _mro(klass):
            if "tearDownClass" in _class_dict(base):
                return base is not unittest.TestCase
    return False


def _is_teardown_class_due(klass, result):
    """Whether nothing tells a suite not to call the class's `tearDownClass`."""
    marks = (
        getattr(klass, "_classSetupFailed", False),
        getattr(klass, "__unittest_skip__", False),
        getattr(result, "_moduleSetUpFailed", False),
    )
    return all(mark is False for mark in marks)


# Which assertion compares values of which type, as unittest has it.
_STANDARD = (
    (dict, "assertDictEqual"),
    (list, "assertListEqual"),
    (tuple, "assertTupleEqual"),
    (set, "assertSetEqual"),
    (frozenset, "assertSetEqual"),
    (str, "assertMultiLineEqual"),
)
# Of types that no program can change; see PyTypeObject.
_IMMUTABLE = 1 << 8


def _is_genuine(compare, test):
    method, genuine = "§method", "§genuine"
    return type(compare) is method and compare.__self__ is test and id(compare.__func__) in genuine


def _differs(compare, test, first, second):
    """Whether values of a plain type differ that a comparison of the program's own has taken
    for equal. Its class may have one under the name that `TestCase` uses for the type."""
    kind = type(first)
    if not kind.__flags__ & _IMMUTABLE:
        return False
    if type(compare) is types.MethodType and compare.__self__ is test:
        names = [name for known, name in _STANDARD if known is kind] or ["_baseAssertEqual"]
        if compare.__func__ is getattr(type(test), names[0], None):
            return False
    return (first == second) is False


# Assertions that a value can satisfy by claiming to be equal to whatever it meets.
_COMPARING = """assertIn assertAlmostEqual assertCountEqual assertSequenceEqual
    assertListEqual assertTupleEqual assertSetEqual assertDictEqual""".split()


def _named(function, name, original=None):
    function.__name__ = name
    function.__qualname__ = f"TestCase.{name}"
    if original is not None:
        function.__doc__ = original.__doc__
        function.__wrapped__ = original
    return function


class Result(unittest.result.TestResult):
    """Passes everything on; failures at once, so that none can be taken back."""

    def __init__(self, entry):
        super().__init__(sys.stderr, True, 1)
        self._prefix = entry + "."
        self._from_threads = []

    def name(self, test):
        test_id = test.id() if hasattr(test, "id") else repr(test)
        return _plain_id(str(test_id), self._prefix)

    def _negative(self, test, status, message, exception=""):
        owner = getattr(test, "test_case", test)
        event = (owner, self.name(owner), status, message, exception)
        get_ident, main, report = "§get_ident", "§main", "§report"
        if get_ident() != main:
            self._from_threads.append(event)
        else:
            report("negative", event)

    def _raised(self, test, status, error):
        message, exception = describe(error)
        self._negative(test, status, message, exception)

    def stopTest(self, test):
        super().stopTest(test)
        self._flush()

    def _flush(self):
        report = "§report"
        while self._from_threads:
            report("negative", self._from_threads.pop(0))

    def addError(self, test, err):
        self._raised(test, "error", err[1])

    def addFailure(self, test, err):
        self._raised(test, "failed", err[1])

    def addSkip(self, test, reason):
        self._negative(test, "skipped", str(reason))

    def addExpectedFailure(self, test, err):
        self._negative(test, "expected_failure", "")

    def addUnexpectedSuccess(self, test):
        self._negative(test, "failed", "an expected failure succeeded")

    def addSubTest(self, test, subtest, err):
        if err is None:
            return
        status = "failed" if issubclass(err[0], test.failureException) else "error"
        message, exception = describe(err[1])
        self._negative(test, status, f"{_subtest_name(subtest)}{message}", exception)


def _subtest_name(subtest):
    describe_subtest = getattr(subtest, "_subDescription", None)
    return f"subtest {describe_subtest()}: " if describe_subtest is not None else ""


def _plain_id(test_id, prefix):
    if test_id.startswith(prefix):
        return test_id[len(prefix) :]
    # `setUpClass (solution.TestX)`, `setUpModule (solution)`
    return test_id.replace(f"({prefix}", "(")


class _Canary(unittest.TestCase):
    """Travels with every run: the first method must pass, the second must fail."""

    def must_pass(self):
        self.assertEqual([1, "a"], [1, "a"])
        self.assertTrue(True)
        with self.assertRaises(KeyError):
            {}[0]

    def must_fail(self):
        wrong = (
            (self.assertEqual, (1, 2)),
            (self.assertTrue, (False,)),
            (self.assertRaises, (KeyError, int)),
        )
        for method, arguments in wrong:
            try:
                method(*arguments)
            except AssertionError:
                continue
            raise RuntimeError(method.__name__)
        raise AssertionError("canary")


def describe(error):
    """An exception as a person wants to read it: the frames inside the job's files, then
    the message. Returns that and the qualified type."""
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__"):
        name = f"{kind.__module__}.{name}"
    lines = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename.startswith(WORK):
            file = code.co_filename[len(WORK) + 1 :]
            lines.append(f'  File "{file}", line {step.tb_lineno}, in {code.co_name}')
        step = step.tb_next
    if len(lines) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        lines = lines[:half] + ["  ..."] + lines[-half:]
    if kind is AssertionError and error.args == ("canary",) and not lines:
        return "canary", name
    try:
        text = "".join(traceback.format_exception_only(kind, error)).rstrip()
    except Exception:
        text = name
    lines.append(text)
    return "\n".join(lines)[:MESSAGE_CHARACTERS], name


def _write(path, content):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    written = 0
    while written < len(content):
        written += os.write(file, content[written:] if written else content)
    os.close(file)


def _read(channel, size):
    pieces = []
    while size:
        piece = os.read(channel, min(size, 1 << 20))
        if not piece:
            os._exit(73)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _seed(seed, finder):
    random = finder.peek("random")
    if random is not None:
        random.seed(seed)
    mersenne_twister = finder.peek("numpy.random.mtrand")
    if mersenne_twister is not None:
        mersenne_twister.seed(seed)


def _reason(error):
    if isinstance(error, ImportError):
        return "import"
    if isinstance(error, SystemExit):
        return "exit"
    return "error" if isinstance(error, Exception) else "interrupted"


def _flatten(suite, tests, suites, prefix):
    suites.append(suite)
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            _flatten(test, tests, suites, prefix)
        else:
            tests.append((test, _plain_id(str(test.id()), prefix)))
    return tests


def _reorder(suite, arrange):
    """Arranges a suite and all suites inside it anew, in place. Tests of one class that follow one another stay
    together, so that class fixtures run as often as before. A suite of a program's own making
    stays as it is."""
    if type(suite) is not unittest.TestSuite:
        return
    groups = []
    for item in suite:
        _reorder(item, arrange)
        if groups and isinstance(item, unittest.TestCase) and type(groups[-1][0]) is type(item):
            groups[-1].append(item)
        else:
            groups.append([item])
    for group in groups:
        arrange(group)
    arrange(groups)
    suite._tests = [item for group in groups for item in group]


def _make_shuffle(state):
    # A generator of its own: the one of `random` belongs to the program.
    def shuffle(items):
        nonlocal state
        for last in range(len(items) - 1, 0, -1):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            other = (state >> 33) % (last + 1)
            items[last], items[other] = items[other], items[last]

    return shuffle


def _new_module(entry, path):
    """As the import system makes it, not yet executed."""
    spec = importlib.util.spec_from_file_location(entry, path)
    return importlib.util.module_from_spec(spec)


# The turn whose processors this process is on.
on = {"turn": None}


def share(turn, turns):
    """The processors of one of so many runs at a time: nobody else's as far as they go
    round, and at least one."""
    return PROCESSORS[turn::turns] or [PROCESSORS[turn % len(PROCESSORS)]]


def run(channel, finder, leave):
    """Reads the payload, runs it, and does not return: the judge ends the process with
    `leave`."""
    box = [_read(channel, 32)]
    turn, turns, length = struct.unpack("<HHI", _read(channel, 8))
    if turn != on["turn"]:
        os.sched_setaffinity(0, share(turn, turns))
    text = _read(channel, length).decode()
    payload, _ = _scan(text, 0)
    entry, kind = payload["entry"], payload["kind"]
    source = b""
    for file in payload["files"]:
        content = file["content"].encode("utf-8", "surrogatepass")
        _write(f"{WORK}/{file['name']}", content)
        if file["name"] == f"{entry}.py":
            source = content
    path = f"{WORK}/{entry}.py"
    sys.path.insert(0, WORK)
    sys.argv[:] = ["python -m unittest", entry]

    _prepared["own"].append(os.getpid())
    coverage_reader = coverage["start"](path) if kind == "coverage" or payload["lines"] else None
    module = _prepared.pop("module")
    if module.__file__ != path:
        module = _new_module(entry, path)
    # They reach into memory: where nothing is looked at, nobody holds them.
    margins = _prepared.pop("margins")
    if kind != "observe":
        margins = None
    del text, kind, entry
    # No name of this frame, which the program can walk down to, for what starts the judge.
    _perform(
        partial(
            _prepared.pop("start"),
            [box.pop()],
            _prepared.pop("session"),
            channel,
            _prepared.pop("bell"),
            _prepared.pop("answer"),
            leave,
        ),
        partial(_guard, _prepared.pop("hook"), _prepared.pop("make_hook")),
        _prepared.pop("report"),
        _prepared.pop("canaries"),
        module,
        payload,
        source,
        path,
        finder,
        coverage_reader,
        margins,
    )


def _guard(hook, make_hook, judge):
    sys.addaudithook(hook if os.getpid() == 1 else make_hook(judge))


def _perform(
    start,
    guard,
    report,
    canaries,
    module,
    payload,
    source,
    path,
    finder,
    coverage_reader,
    margins,
):
    """From the source to the last report. This frame is the one that the judge knows as the
    driver of all that is reported."""
    guard(start(sys._getframe()))
    del start, guard
    entry, kind = payload["entry"], payload["kind"]

    try:
        code = compile(source, path, "exec", dont_inherit=True)
        if b"__eq__" in source or b"__ne__" in source:
            code = reading["disarm"](code, ())
        methods = reading["test_codes"](code, source)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        report("load_failed", ("syntax", describe(error)[0]))
        report("finished", ())
        return
    if coverage_reader is not None:
        coverage_reader.watch(code)
    _seed(payload["seed"], finder)
    if kind == "observe" and payload["seed"] % 2:
        observe["skew_clocks"](finder.peek("time"))
        dates = finder.peek("datetime")
        if dates is not None:
            observe["move_dates"](dates)
        observe["move_libraries"]()
    if margins is not None:
        margins.set_up(payload["seed"] % 2)
    del margins
    report("compiled", (methods, module.__dict__))

    sys.modules[entry] = module
    # The real ones, as for any import; `exec` would pass the harness's private copy on.
    module.__dict__["__builtins__"] = builtins.__dict__
    try:
        exec(code, module.__dict__)
    except MemoryError as error:
        report("load_failed", ("memory", describe(error)[0]))
    except BaseException as error:
        report("load_failed", (_reason(error), describe(error)[0]))
    else:
        # As the import system does: a module may have put something else in its place.
        module = sys.modules.get(entry, module)
        if kind == "observe":
            take = coverage_reader.take if coverage_reader is not None else tuple
            take()
            for call in payload["calls"]:
                _seed(payload["seed"], finder)
                report("data", (observe["observe"](module, call, path, take),))
        else:
            result = Result(entry)
            try:
                loader = unittest.loader.defaultTestLoader
                suite = loader.suiteClass([loader.loadTestsFromModule(module)])
                if payload["order"] == "reversed":
                    _reorder(suite, list.reverse)
                elif payload["order"] != "as_loaded":
                    _reorder(suite, _make_shuffle(payload["order"]["shuffled"]))
                runners = [result]
                tests = _flatten(suite, [], runners, entry + ".")
                report("collected", (tests, runners))
                with warnings.catch_warnings():
                    if not sys.warnoptions:
                        warnings.simplefilter("default")
                    result.startTestRun()
                    suite(result)
                    result.stopTestRun()
                lenient = belief["lenient"](tests, _TEST_CASES)
                if lenient is not None:
                    report("lenient", (lenient,))
                for canary in canaries:
                    canary(result)
            except BaseException as error:
                report("load_failed", (_reason(error), describe(error)[0]))
            if coverage_reader is not None:
                report("data", (coverage_reader.lines(),))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
    report("finished", ())
