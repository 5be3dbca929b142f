"""What the judge looks up once, in the zygote: whose code may report, and what must be the same
after a run as before it.
"""

import builtins
import collections
import contextlib
import gc
import os
import re
import sys
import sysconfig
import types
import unittest
import unittest._log
import unittest.case
import unittest.loader
import unittest.result
import unittest.suite
import unittest.util
import warnings

# What a test class of the program must keep while its tests run, besides the assertions.
_FIXTURES = frozenset(
    """run __call__ subTest setUp tearDown setUpClass tearDownClass asyncSetUp asyncTearDown
    addCleanup doCleanups doClassCleanups failureException __getattribute__ __getattr__""".split()
)
# What a test class may only have from its source, or from a library.
_TAKEN = frozenset({"run", "__call__", "subTest", "__getattribute__", "__getattr__"})
# What stands between a test and its failure besides the assertions.
_NEVER_SET = frozenset(
    """failureException subTest tearDown asyncTearDown doCleanups addCleanup addAsyncCleanup
    enterContext skipTest""".split()
)
# Modules of libraries whose functions tests assert with, where they have been preloaded.
ASSERTING_MODULES = """numpy.testing numpy.testing._private.utils pandas.testing pandas._testing
    pandas._testing.asserters""".split()
# Whose functions an assertion of theirs may rest on, and how many calls deep they are looked at.
_ROOTS = frozenset({"numpy", "pandas", "operator"})
_DEEPEST = 2
# The classes of `unittest.mock` that assert and compare.
_MOCKING = """Base NonCallableMock CallableMixin NonCallableMagicMock Mock MagicMixin MagicMock
    AsyncMockMixin AsyncMagicMixin AsyncMock _Call _CallList""".split()
# Modules that unittest's comparisons rest on.
_COPIED = ("collections", "re")
# Modules that compile patterns; their names differ between versions.
_PATTERN_MODULES = frozenset(
    """re re._compiler re._parser re._constants re._casefix sre_compile sre_parse
    sre_constants""".split()
)
# What honest tests set on `unittest`'s classes for good.
ADJUSTABLE = frozenset({"sortTestMethodsUsing", "maxDiff", "longMessage"})
_mro = type.__dict__["__mro__"].__get__
_class_dict = type.__dict__["__dict__"].__get__
# Heavy, and so there only for programs that speak of them; to others that come by them all the
# same they are code like any other, which reports nothing.
_async_case = sys.modules.get("unittest.async_case")
_doctest = sys.modules.get("doctest")
_mock = sys.modules.get("unittest.mock")
_PROTECTED_MODULES = tuple(
    module
    for module in (
        unittest.case,
        unittest.suite,
        unittest.result,
        unittest.loader,
        unittest.util,
        unittest._log,
        _async_case,
    )
    if module is not None
)
_TRUSTED_MODULES = tuple(
    module for module in (*_PROTECTED_MODULES, contextlib, _doctest) if module is not None
)
_TEST_CASES = (
    (unittest.TestCase,)
    if _async_case is None
    else (unittest.TestCase, _async_case.IsolatedAsyncioTestCase)
)
_MANAGERS = (contextlib._GeneratorContextManager, contextlib._GeneratorContextManagerBase)


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

    def __init__(self, harness, finder=None):
        self.reporters = {}
        self._protected = set()
        self.attributes = []
        classes = []
        modules = [(vars(module), module.__name__) for module in _TRUSTED_MODULES]
        modules += [(namespace, namespace["__name__"]) for namespace in harness]
        protected = [vars(module) for module in _PROTECTED_MODULES] + list(harness)
        for namespace, name in modules:
            guarded = any(namespace is one for one in protected)
            self._remember(namespace, name, guarded)
            for value in list(namespace.values()):
                if isinstance(value, type) and value.__module__ == name:
                    self._remember(_class_dict(value), name, guarded)
                    # Suites leave marks on the classes of the tests that they run.
                    if guarded and (value in _TEST_CASES or not issubclass(value, _TEST_CASES)):
                        classes.append(value)
        # The package, by whose name tests call the rest, and what mocks assert and compare with.
        self._guard(vars(unittest))
        if _mock is not None:
            for name in _MOCKING:
                kind = getattr(_mock, name, None)
                if kind is not None:
                    self._guard(_class_dict(kind))
                    classes.append(kind)
        # `assertWarns` believes what this has recorded.
        self.warnings, self.recorder = vars(warnings), warnings.catch_warnings
        self._guard(_class_dict(self.recorder))
        classes += [self.recorder, *_pattern_classes()]
        copies = {}
        for module in _PROTECTED_MODULES:
            bound = _bind_builtins(vars(module), self._code_objects(vars(module)), copies)
            self.attributes += [(vars(module), name, value) for name, value in bound]
        classes += [collections.Counter, *_MANAGERS]
        # The dictionaries behind the classes: there are ways to them past the class.
        behind = [gc.get_referents(_class_dict(klass))[0] for klass in classes]
        self.names = [(names, frozenset(names)) for names in (*protected, *behind)]
        self.classes = watch["Watch"](classes=classes, dictionaries=behind)
        self.modules = watch["Watch"](dictionaries=[*protected, vars(unittest)])
        self.assertions = _assertions_of_libraries(finder) if finder else []
        self.asserting = watch["Watch"](dictionaries=[names for names, _ in self.assertions])
        asserting = {name: finder.peek(name) for name in ASSERTING_MODULES} if finder else {}
        self.asserting_modules = [item for item in asserting.items() if item[1] is not None]
        self.imported = sys.modules
        self.harness = watch["Watch"](
            dictionaries=[one for names in harness for one in (names, names["__builtins__"])]
        )
        self.sees_classes = watch["CLASSES"]
        self.sees_modules = watch["DICTIONARIES"]
        # Methods of a test case that no test replaces while it runs. Not `run`, `debug` or
        # `id`: tests keep their own things under such names.
        self.shadowing = frozenset(
            name
            for case in _TEST_CASES
            for name, value in vars(case).items()
            if callable(value) or callable(getattr(case, name)) or isinstance(value, property)
            if name.startswith(("assert", "fail", "_call", "_base", "_get"))
            if name != "failureException"
        )
        # What a running test may not have of its own beside its class's.
        self.never_set = self.shadowing | _NEVER_SET
        self.result = harness[0]["Result"]
        self.running_names = frozenset(
            name
            for kind in (harness[0]["Result"], unittest.TestResult, unittest.TestSuite)
            for name, value in vars(kind).items()
            if callable(value)
        )
        self.watched_names = self.shadowing | _FIXTURES
        self.taken_names = self.shadowing | _TAKEN
        self.protected = frozenset(self._protected) | frozenset(
            id(value) for _, _, value in self.attributes if isinstance(value, type)
        )
        self.protected |= frozenset(
            id(function)
            for _, known in self.assertions
            for value in known.values()
            for function in _functions_of(value)
        )
        # By whom a test's return may be reported.
        self.returning = tuple(
            case._callTestMethod.__code__ for case in _TEST_CASES
        )
        self.leaving = unittest.TestSuite._tearDownPreviousClass.__code__
        runner = getattr(getattr(_async_case, "asyncio", None), "Runner", None)
        # What an asynchronous test is run by; Python 3.10 has none.
        self.runner, self.async_case = runner, _TEST_CASES[-1] if runner else None
        self.awaiting = harness[0]["_witness"].__code__
        self.reporting = frozenset(
            id(function.__code__)
            for name in ("_negative", "_flush")
            for function in [getattr(harness[0]["Result"], name)]
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
                    self._protected.add(id(function))
            if guarded and name not in ADJUSTABLE:
                if (
                    isinstance(value, type)
                    or any(_functions_of(value))
                    # Those that are not given as copies.
                    or (isinstance(value, types.ModuleType) and name not in _COPIED)
                ):
                    self.attributes.append((mapping, name, value))

    def _guard(self, mapping):
        """As `_remember`, of what may not be changed and may not report either."""
        for name, value in list(mapping.items()):
            functions = list(_functions_of(value))
            self._protected.update(map(id, functions))
            if functions or isinstance(value, type):
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


def _bind_builtins(namespace, codes, copies):
    """Gives a module the builtins that it calls as names of its own, so that it goes on
    calling them whatever becomes of `builtins`; and copies of the modules that its
    comparisons rest on. Returns what was given."""
    for code in list(codes):
        for name in code.co_names:
            if name in vars(builtins) and name not in ("print", "open", "input"):
                namespace.setdefault(name, vars(builtins)[name])
                yield name, namespace[name]
    for name in _COPIED:
        if name in namespace:
            namespace[name] = _copy(namespace[name], copies)
            yield name, namespace[name]


def _copy(module, copies):
    """A module with the same classes, whose functions call one another and builtins of their
    own, and keep what they remember for themselves."""
    copy = copies.get(id(module))
    if copy is not None:
        return copy
    copy = copies[id(module)] = types.ModuleType(module.__name__)
    names = vars(copy)
    # Before any function is made: each takes its builtins from here.
    names["__builtins__"] = dict(vars(builtins))
    for name, value in vars(module).items():
        if name == "__builtins__":
            continue
        if type(value) is types.FunctionType and value.__globals__ is vars(module):
            function = types.FunctionType(
                value.__code__, names, name, value.__defaults__, value.__closure__
            )
            function.__kwdefaults__ = value.__kwdefaults__
            value = function
        elif type(value) is types.ModuleType and value.__name__ in _PATTERN_MODULES:
            value = _copy(value, copies)
        elif type(value) is dict:
            value = dict(value)
        names[name] = value
    return copy


def _pattern_classes():
    """The classes that patterns are compiled with."""
    for name in sorted(_PATTERN_MODULES):
        module = sys.modules.get(name)
        for value in vars(module).values() if module is not None else ():
            if isinstance(value, type) and value.__module__ == name:
                yield value


def _names_in(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _root(name):
    return name.partition(".")[0] if isinstance(name, str) else ""


def _assertions_of_libraries(finder):
    """The assertions of numpy and pandas, and what they call in modules of these: namespaces,
    each with names and what must stand there while tests run."""
    found = {}

    def keep(names, name):
        found.setdefault(id(names), (names, {}))[1][name] = names[name]

    waiting = []
    for module_name in ASSERTING_MODULES:
        module = finder.peek(module_name)
        if module is None:
            continue
        # Their packages may get these names only once somebody imports them.
        parent, _, child = module_name.rpartition(".")
        names = vars(finder.peek(parent))
        found.setdefault(id(names), (names, {}))[1][child] = module
        for name, value in vars(module).items():
            if callable(value) or isinstance(value, types.ModuleType):
                keep(vars(module), name)
            if name.startswith("assert"):
                waiting += [(function, 0) for function in _unwrapped(value)]
    seen = set()
    while waiting:
        function, depth = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        for names, name in _called(function):
            value = names[name]
            if isinstance(value, types.ModuleType) or not isinstance(value, type):
                keep(names, name)
            if depth < _DEEPEST:
                waiting += [(below, depth + 1) for below in _unwrapped(value)]
    return list(found.values())


def _unwrapped(value):
    """The Python functions that a call may come to."""
    while value is not None:
        yield from _functions_of(value)
        value = getattr(value, "__wrapped__", None) if callable(value) else None


def _called(function):
    """Where in modules of these libraries the names stand that a function calls."""
    words = frozenset(_names_in(function.__code__))
    spaces, seen = [function.__globals__], set()
    while spaces:
        names = spaces.pop()
        if id(names) in seen:
            continue
        seen.add(id(names))
        own = _root(names.get("__name__")) in _ROOTS
        for name in sorted(words.intersection(names)):
            value = names[name]
            if isinstance(value, types.ModuleType):
                if _root(value.__name__) in _ROOTS:
                    spaces.append(vars(value))
            elif not callable(value):
                continue
            if own:
                yield names, name
