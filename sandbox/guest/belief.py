"""What a program may say of its own values and assertions, and when that is not believed.

A value that claims to be equal to a stranger, or an assertion that accepts what every
assertion of its name must refuse, says nothing about a function. Runs on the main thread, in
front of the program; the judge (judge.py) notices when it is changed.
"""

import itertools
import sys
import types

_mro, _class_dict = (type.__dict__[name].__get__ for name in ("__mro__", "__dict__"))
# Values in a container that are looked at for claiming to equal everything.
LOOKED_AT = 200
_known = {"mock": None, "libraries": ()}


def prepare(libraries, mock):
    """Once, in the zygote: whose comparisons are believed."""
    _known.update(libraries=libraries, mock=mock)


def equals_anything(value):
    """Whether a value, or one inside it, has a comparison written by the program under test
    that is true of any object whatever."""
    if type(value) in _ATOMS:
        return False
    waiting, outermost, left = [value], True, LOOKED_AT
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind in _ATOMS:
            continue
        if kind in _PLAIN:
            items = value.values() if kind is dict else value
        elif _claims(value, kind, outermost):
            return True
        else:
            items = _items(value, kind)
        outermost = False
        items = itertools.islice(items, left)
        before = len(waiting)
        waiting.extend(items)
        left -= len(waiting) - before
    return False


_ATOMS = frozenset({int, str, float, bool, bytes, complex, type(None)})
_PLAIN = frozenset({list, tuple, dict, set, frozenset})
_CONTAINERS = (list, tuple, set, frozenset)


def _items(value, kind):
    """What is compared when such values are."""
    for base in _mro(kind):
        if base in _CONTAINERS:
            return base.__iter__(value)
        if base is dict:
            return dict.values(value)
    if "__dataclass_fields__" in _class_dict(kind):
        names = getattr(value, "__dict__", None)
        if type(names) is dict:
            return iter(names.values())
    return iter(())


def _claims(value, kind, outermost):
    """Whether a value says of a stranger that they are equal."""
    mock = _known["mock"] or sys.modules.get("unittest.mock")
    if mock is not None and (kind is type(mock.ANY) or mock.NonCallableMock in _mro(kind)):
        # As a whole; as a part of what is expected it is honest. Asking would be a call.
        return outermost and (kind is type(mock.ANY) or _is_told_to_equal(value))
    equal, unequal = (_is_own(kind, name) for name in ("__eq__", "__ne__"))
    if not equal and not unequal:
        return False
    stranger = object()
    try:
        return bool(equal and value == stranger) or bool(unequal and not value != stranger)
    except Exception:
        return False


# Types that were made at run time, be it from Python or by an extension.
_MADE = 1 << 9


def _is_own(kind, name):
    """Whether a comparison is one of a program rather than of the interpreter or a library."""
    for klass in _mro(kind):
        compare = _class_dict(klass).get(name)
        if compare is None:
            continue
        if not klass.__flags__ & _MADE:
            return False
        if type(compare) is types.WrapperDescriptorType:
            return compare.__objclass__ is not klass or compare.__name__ != name
        if type(compare) is not types.FunctionType:
            return True
        if not compare.__code__.co_filename.startswith(_known["libraries"]):
            return True
        # A library's function, but also in the library's class?
        known = sys.modules.get(klass.__module__)
        for part in klass.__qualname__.split("."):
            known = getattr(known, part, None)
        return known is not klass
    return False


def _is_told_to_equal(mock):
    children = getattr(mock, "__dict__", {}).get("_mock_children")
    told = children.get("__eq__") if type(children) is dict else None
    return getattr(told, "__dict__", {}).get("_mock_return_value") is True


# Two strangers, so that nobody can tell a trial from a test.
_ONE, _OTHER = object(), object()
# What each assertion must refuse.
_REFUSED = {
    "assertEqual": (_ONE, _OTHER),
    "_baseAssertEqual": (_ONE, _OTHER),
    "assertNotEqual": (_ONE, _ONE),
    "assertTrue": ((),),
    "assertFalse": (_ONE,),
    "assertIs": (_ONE, _OTHER),
    "assertIsNot": (_ONE, _ONE),
    "assertIsNone": (_ONE,),
    "assertIsNotNone": (None,),
    "assertIn": (_ONE, ()),
    "assertNotIn": (_ONE, (_ONE,)),
    "assertIsInstance": (_ONE, str),
    "assertNotIsInstance": (_ONE, object),
    "assertAlmostEqual": (_ONE, _OTHER),
    "assertNotAlmostEqual": (_ONE, _ONE),
    "assertGreater": (_ONE, _OTHER),
    "assertGreaterEqual": (_ONE, _OTHER),
    "assertLess": (_ONE, _OTHER),
    "assertLessEqual": (_ONE, _OTHER),
    "assertRegex": ("a", "b"),
    "assertNotRegex": ("a", "a"),
    "assertCountEqual": ([_ONE], [_OTHER]),
    "assertSequenceEqual": ([_ONE], [_OTHER]),
    "assertListEqual": ([_ONE], [_OTHER]),
    "assertTupleEqual": ((_ONE,), (_OTHER,)),
    "assertSetEqual": ({_ONE}, {_OTHER}),
    "assertDictEqual": ({1: _ONE}, {1: _OTHER}),
    "assertMultiLineEqual": ("a", "b"),
    "assertRaises": (KeyError, int),
    "fail": (),
}
_ANSWERING = frozenset({"__getattribute__", "__getattr__"})


def lenient(tests, cases):
    """The name of an assertion that a class of the program has replaced by one that accepts
    what it must refuse, if there is any."""
    seen = set()
    for test, _ in tests:
        for klass in _mro(type(test)):
            if klass in cases or klass is object or id(klass) in seen:
                continue
            seen.add(id(klass))
            names = _class_dict(klass).keys()
            for name in _REFUSED if _ANSWERING & names else _REFUSED.keys() & names:
                try:
                    getattr(test, name)(*_REFUSED[name])
                except BaseException:
                    continue
                return f"{name} of {klass.__qualname__}"
    return None
