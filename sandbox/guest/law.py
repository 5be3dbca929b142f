"""What the judge looks up once, in the zygote: whose code may report, and what must be the same
after a run as before it.
"""

import builtins
import collections
import contextlib
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
# What honest tests set on `unittest`'s classes for good.
ADJUSTABLE = frozenset({"sortTestMethodsUsing", "maxDiff", "longMessage"})
_mro = type.__dict__["__mro__"].__get__
_class_dict = type.__dict__["__dict__"].__get__
# Heavy, and so there only for programs that speak of them; to others that come by them all the
# same they are code like any other, which reports nothing.
_async_case = sys.modules.get("unittest.async_case")
_doctest = sys.modules.get("doctest")
_PROTECTED_MODULES = tuple(
    module
    for module in (
        unittest.case,
        unittest.suite,
        unittest.result,
        unittest.loader,
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
        for module in _PROTECTED_MODULES:
            bound = _bind_builtins(vars(module), self._code_objects(vars(module)))
            self.attributes += [(vars(module), name, value) for name, value in bound]
        classes += [collections.Counter, *_MANAGERS]
        # The dictionaries behind the classes: there are ways to them past the class.
        behind = [gc.get_referents(_class_dict(klass))[0] for klass in classes]
        self.names = [(names, frozenset(names)) for names in (*protected, *behind)]
        self.classes = watch["Watch"](classes=classes, dictionaries=behind)
        self.modules = watch["Watch"](dictionaries=protected)
        asserting = [finder.peek(name) for name in ASSERTING_MODULES] if finder else []
        asserting = [vars(module) for module in asserting if module is not None]
        self.asserting = watch["Watch"](dictionaries=asserting)
        self.assertions = [
            (names, name, value)
            for names in asserting
            for name, value in names.items()
            if name.startswith("assert")
        ]
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


def _bind_builtins(namespace, codes):
    """Gives a module the builtins that it calls as names of its own, so that it goes on
    calling them whatever becomes of `builtins`; and copies of the modules that its
    comparisons rest on. Returns what was given."""
    for code in list(codes):
        for name in code.co_names:
            if name in vars(builtins) and name not in ("print", "open", "input"):
                namespace.setdefault(name, vars(builtins)[name])
                yield name, namespace[name]
    for name in ("collections", "re"):
        if name in namespace:
            copy = types.ModuleType(name)
            vars(copy).update(vars(namespace[name]))
            namespace[name] = copy
            yield name, copy
