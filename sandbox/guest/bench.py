"""A run, from its payload to its end, on the main thread.

Everything here shares its thread with untrusted code and is trusted with nothing: it rings
for the judge (judge.py), which believes its eyes. What it must get right is fidelity: an
honest module has to come to the same result as under `python -m unittest solution`.
"""

import _thread
import builtins
import importlib.util
import json
import os
import sys
import traceback
import types
import unittest
import unittest.case
import unittest.loader
import unittest.result
import warnings
from unittest import async_case

WORK = "/tmp/work"
MESSAGE_CHARACTERS = 4000
MOST_FRAMES = 12
# Values in a container that are looked at for claiming to equal everything.
LOOKED_AT = 200

_getpid, _exit, _get_ident = os.getpid, os._exit, _thread.get_ident
_run = {"report": None}
_prepared = {}


def prepare(finder):
    """Once, in the zygote, after preloading."""
    _wrap_unittest(unittest.TestCase)
    _wrap_unittest(async_case.IsolatedAsyncioTestCase)
    law = judge["Law"]([globals()])
    _prepared.update(law=law, libraries=law.libraries, finder=finder)


def _wrap_unittest(case):
    original = vars(case)["_callTestMethod"]

    def _callTestMethod(self, method):
        original(self, method)
        _run["report"]("returned", (self, method))

    case._callTestMethod = _callTestMethod
    if "assertEqual" in vars(case):
        genuine = vars(case)["assertEqual"]

        def assertEqual(self, first, second, msg=None):
            """Fail if the two objects are unequal as determined by the '=='
            operator.
            """
            genuine(self, first, second, msg)
            if _equals_anything(first) or _equals_anything(second):
                raise self.failureException("a value that claims to be equal to anything")

        case.assertEqual = assertEqual


def _equals_anything(value, deeper=True):
    """Whether a value, or one inside it, has a comparison written by the program under test
    that is true of any object whatever."""
    kind = type(value)
    if kind in (int, str, float, bool, bytes, type(None)):
        return False
    if deeper and kind in (list, tuple):
        return any(_equals_anything(item, False) for item in value[:LOOKED_AT])
    if deeper and kind is dict:
        items = list(value.values())[:LOOKED_AT]
        return any(_equals_anything(item, False) for item in items)
    compare = getattr(kind, "__eq__", None)
    if type(compare) is not types.FunctionType:
        return False
    if compare.__code__.co_filename.startswith(_prepared["libraries"]):
        return False
    try:
        return compare(value, object()) is True
    except Exception:
        return False


def _make_reporter(bell, answer, main_ident):
    ring, wait = bell.release, answer.acquire
    own = _getpid()

    def report(kind, payload):
        if _getpid() != own:
            # A fork of the run that came back to the harness.
            _exit(72)
        ring()
        wait()

    return report


class Result(unittest.result.TestResult):
    """Passes everything on; failures at once, so that none can be taken back."""

    def __init__(self, report, entry):
        super().__init__(sys.stderr, True, 1)
        self._report = report
        self._prefix = entry + "."
        self._main = _get_ident()
        self._from_threads = []

    def name(self, test):
        test_id = test.id() if hasattr(test, "id") else repr(test)
        return _plain_id(str(test_id), self._prefix)

    def _negative(self, test, status, message, exception=""):
        owner = getattr(test, "test_case", test)
        event = (owner, self.name(owner), status, message, exception)
        if _get_ident() != self._main:
            self._from_threads.append(event)
        else:
            self._report("negative", event)

    def _raised(self, test, status, error):
        message, exception = describe(error)
        self._negative(test, status, message, exception)

    def stopTest(self, test):
        super().stopTest(test)
        self._flush()

    def _flush(self):
        while self._from_threads:
            self._report("negative", self._from_threads.pop(0))

    def addSuccess(self, test):
        self._flush()
        self._report("success", (test,))

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
            (self.assertNotEqual, (1, 1)),
            (self.assertTrue, (False,)),
            (self.assertFalse, (True,)),
            (self.assertIs, (1, "1")),
            (self.assertIsNone, (1,)),
            (self.assertIsNotNone, (None,)),
            (self.assertIn, (1, ())),
            (self.assertNotIn, (1, (1,))),
            (self.assertIsInstance, (1, str)),
            (self.assertGreater, (1, 2)),
            (self.assertLess, (2, 1)),
            (self.assertAlmostEqual, (1, 2)),
            (self.assertRegex, ("a", "b")),
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
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if code.co_filename.startswith(WORK):
            file = code.co_filename[len(WORK) + 1 :]
            lines.append(f'  File "{file}", line {line}, in {code.co_name}')
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


def _read(channel, size):
    pieces = []
    while size:
        piece = os.read(channel, min(size, 1 << 20))
        if not piece:
            _exit(73)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _test_codes(code, source):
    """The code objects of all methods in the source, by `Class.method`, and whether a
    decorator may have replaced them."""
    lines = source.split(b"\n")
    methods = {}

    def decorated(code):
        line = code.co_firstlineno - 1
        return line >= len(lines) or lines[line].lstrip().startswith(b"@")

    def walk(code, prefix, inherited):
        for constant in code.co_consts:
            if not isinstance(constant, types.CodeType):
                continue
            # Class bodies have neither CO_OPTIMIZED nor CO_NEWLOCALS.
            if constant.co_flags & 3 == 0:
                walk(constant, f"{prefix}{constant.co_name}.", inherited or decorated(constant))
            elif prefix:
                known, changed = methods.get(prefix + constant.co_name, ((), False))
                changed = changed or inherited or decorated(constant)
                methods[prefix + constant.co_name] = (known + (constant,), changed)

    walk(code, "", False)
    return methods


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


def _flatten(suite, tests, prefix):
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            _flatten(test, tests, prefix)
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


def run(channel, finder):
    """Reads the payload, runs it, and does not return: the judge ends the process."""
    box = [_read(channel, 32)]
    payload = json.loads(_read(channel, int.from_bytes(_read(channel, 4), "little")))
    entry, kind = payload["entry"], payload["kind"]
    for file in payload["files"]:
        with open(f"{WORK}/{file['name']}", "wb") as target:
            target.write(file["content"].encode("utf-8", "surrogatepass"))
    path = f"{WORK}/{entry}.py"
    with open(path, "rb") as file:
        source = file.read()
    sys.path.insert(0, WORK)
    sys.argv[:] = ["python -m unittest", entry]
    os.environ.pop("LC_CTYPE", None)

    bell, answer = _thread.allocate_lock(), _thread.allocate_lock()
    bell.acquire()
    answer.acquire()
    canaries = (_Canary("must_pass"), _Canary("must_fail"))
    report = _run["report"] = _make_reporter(bell, answer, _get_ident())
    flags, judge_ident = judge["Flags"](), [None]
    coverage_reader = coverage["start"](path) if kind == "coverage" else None
    sys.addaudithook(judge["make_audit_hook"](_prepared["law"], flags, judge_ident))
    judge["start"](
        box,
        _prepared["law"],
        flags,
        channel,
        report.__code__,
        sys._getframe(),
        canaries,
        bell,
        answer,
        judge_ident,
    )
    del box, flags, judge_ident, bell
    answer.acquire()
    del answer

    try:
        code = compile(source, path, "exec", dont_inherit=True)
        methods = _test_codes(code, source)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        report("load_failed", ("syntax", describe(error)[0]))
        report("finished", ())
        return
    if coverage_reader is not None:
        coverage_reader.watch(code)
    _seed(payload["seed"], finder)
    if kind == "observe" and payload["seed"] % 2:
        observe["skew_clocks"](finder.peek("time"))
    report("compiled", (methods,))

    spec = importlib.util.spec_from_file_location(entry, path)
    module = importlib.util.module_from_spec(spec)
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
            for call in payload["calls"]:
                _seed(payload["seed"], finder)
                report("data", (observe["observe"](module, call),))
        else:
            result = Result(report, entry)
            try:
                loader = unittest.loader.defaultTestLoader
                suite = loader.suiteClass([loader.loadTestsFromModule(module)])
                if payload["order"] == "reversed":
                    _reorder(suite, list.reverse)
                elif payload["order"] != "as_loaded":
                    _reorder(suite, _make_shuffle(payload["order"]["shuffled"]))
                report("collected", (_flatten(suite, [], entry + "."),))
                with warnings.catch_warnings():
                    if not sys.warnoptions:
                        warnings.simplefilter("default")
                    result.startTestRun()
                    suite(result)
                    result.stopTestRun()
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
