"""Notices that a class or a dictionary was changed, without looking at what is in it.

CPython keeps a number for every class and (until 3.13) every dictionary that is another one
after each change, for the sake of its own caches. Reading that number is cheap; reading the
contents would, in a fork, copy a page of memory for every few objects, and it would miss a
change that has been taken back.

Where the interpreter turns out not to keep such a number, `CLASSES` or `DICTIONARIES` is
false, and those have to be compared.
"""

import ctypes
import sys

# Where the numbers lie in `PyTypeObject` and `PyDictObject`, on every 64-bit CPython of
# this decade; `_keeps_count` has the last word.
_CLASS_OFFSET, _CLASS_NUMBER = 384, ctypes.c_uint
_DICTIONARY_OFFSET, _DICTIONARY_NUMBER = 24, ctypes.c_uint64


def _class_number(klass):
    # Only a class that was looked up in has a number.
    klass.__init__
    return _CLASS_NUMBER.from_address(id(klass) + _CLASS_OFFSET)


def _dictionary_number(dictionary):
    return _DICTIONARY_NUMBER.from_address(id(dictionary) + _DICTIONARY_OFFSET)


def _keeps_count(number, read, change):
    """Whether a number stays while nothing happens and never returns after a change."""
    seen = [number.value]
    for _ in range(3):
        read()
        if number.value != seen[-1]:
            return False
        change()
        read()
        if number.value in seen:
            return False
        seen.append(number.value)
    return True


def _try_class():
    class Probe:
        attribute = 0

    def change():
        Probe.attribute += 1

    return _keeps_count(_class_number(Probe), lambda: Probe.attribute, change)


def _try_dictionary():
    dictionary = {"key": 0}

    def change():
        dictionary["key"] += 1

    return _keeps_count(_dictionary_number(dictionary), lambda: dictionary["key"], change)


CLASSES = _try_class()
DICTIONARIES = _try_dictionary()


# Where a dictionary keeps how many entries are in use and where its table lies, and where the
# table keeps how many entries it has given out; `_tells_holes` has the last word.
_USED_OFFSET, _TABLE_OFFSET = 16, 32
_ENTRIES_OFFSET = 32 if sys.version_info < (3, 11) else 24


def _holes_of(dictionary):
    place = id(dictionary)
    used = ctypes.c_ssize_t.from_address(place + _USED_OFFSET).value
    table = ctypes.c_size_t.from_address(place + _TABLE_OFFSET).value
    return ctypes.c_ssize_t.from_address(table + _ENTRIES_OFFSET).value - used


def _tells_holes():
    dictionary = dict.fromkeys("abcdxy")
    for expected in range(3):
        if _holes_of(dictionary) != expected:
            return False
        dictionary["e"] = None
        if _holes_of(dictionary) != expected:
            return False
        del dictionary["e"]
    return True


HOLES = sys.maxsize > 1 << 32 and _tells_holes()


# What precedes the entries of a table, where it says how long its index is and of which kind
# its entries are; `_tells_names` has the last word.
_HEAD, _INDEX_OFFSET, _KIND_OFFSET = 32, 9, 10
_WORD = ctypes.sizeof(ctypes.c_size_t)
# Made once: ctypes makes a new type for every length that nobody holds.
_WORDS = [ctypes.c_size_t * length for length in range(97)]


def _names_of(dictionary):
    table = ctypes.c_size_t.from_address(id(dictionary) + _TABLE_OFFSET).value
    count = ctypes.c_ssize_t.from_address(table + _ENTRIES_OFFSET).value
    index = 1 << ctypes.c_uint8.from_address(table + _INDEX_OFFSET).value
    # Entries for any keys carry a hash in front.
    size, skip = (2, 0) if ctypes.c_uint8.from_address(table + _KIND_OFFSET).value else (3, 1)
    entries = table + _HEAD + index
    length = size * count
    kind = _WORDS[length] if length < len(_WORDS) else ctypes.c_size_t * length
    words = kind.from_address(entries)
    return [
        ctypes.py_object.from_address(entries + place * _WORD).value
        for place in range(skip, size * count, size)
        if words[place]
    ]


# Kinds of tables: this one has room for any keys, of another one all keys are plain texts.
_ANYTHING = 0


def has_only_texts(dictionary):
    """Whether all keys of a dictionary are known to be plain texts, without touching one."""
    if not NAMES:
        return False
    table = ctypes.c_size_t.from_address(id(dictionary) + _TABLE_OFFSET).value
    return ctypes.c_uint8.from_address(table + _KIND_OFFSET).value != _ANYTHING


def _tells_kinds():
    class Text(str):
        pass

    dictionaries = [{"a": 1}, {"a": 1, 2: 3}, {"a": 1, Text("b"): 2}, {("a",): 1}]
    kinds = [
        ctypes.c_uint8.from_address(
            ctypes.c_size_t.from_address(id(one) + _TABLE_OFFSET).value + _KIND_OFFSET
        ).value
        for one in dictionaries
    ]
    return kinds[0] != _ANYTHING and kinds[1:] == [_ANYTHING] * 3


def _tells_names():
    class Probe:
        pass

    probe = Probe()
    for name in ("first", "second", "third"):
        setattr(probe, name, None)
    del probe.second
    shared, anything = _names_of(vars(probe)), _names_of({"a": 1, 2: 3})
    return shared == ["first", "second", "third"] and anything == ["a", 2]


NAMES = HOLES and sys.version_info >= (3, 11) and _tells_names() and _tells_kinds()


def names(dictionary):
    """The keys of a dictionary; of an instance's also those that were taken away again, as
    long as its class's instances share their keys."""
    return _names_of(dictionary) if NAMES else dictionary


# Kinds of tables: this one belongs to a class, and all its instances share the names in it.
_SHARED = 2
_ROOM_OFFSET = 16


def shares_names(dictionary):
    """Whether an instance's dictionary still shares its names with its class; true where that
    cannot be told."""
    if not NAMES:
        return True
    table = ctypes.c_size_t.from_address(id(dictionary) + _TABLE_OFFSET).value
    return ctypes.c_uint8.from_address(table + _KIND_OFFSET).value == _SHARED


def room(dictionary):
    """How many names more the table of an instance's dictionary has room for. Each instance that
    is made takes one away, down to the last."""
    table = ctypes.c_size_t.from_address(id(dictionary) + _TABLE_OFFSET).value
    return ctypes.c_ssize_t.from_address(table + _ROOM_OFFSET).value


def tables(dictionaries):
    """Where the table of each dictionary lies, how many entries are in it, and how many were
    taken away from it."""
    if not HOLES:
        return []
    size = ctypes.c_size_t
    return [
        (
            size.from_address(id(dictionary) + _TABLE_OFFSET).value,
            len(dictionary),
            _holes_of(dictionary),
        )
        for dictionary in dictionaries
    ]


def versions(dictionaries):
    """Readers of the numbers of some dictionaries, which must outlive them; none where the
    interpreter keeps no such numbers."""
    return [_dictionary_number(one) for one in dictionaries] if DICTIONARIES else None


class Watch:
    """Reads the numbers of some classes and dictionaries, which must outlive it."""

    def __init__(self, classes=(), dictionaries=()):
        self._numbers = []
        if CLASSES:
            self._numbers += map(_class_number, classes)
        if DICTIONARIES:
            self._numbers += map(_dictionary_number, dictionaries)

    def state(self):
        """Equal to an earlier state if nothing was changed in between."""
        return [number.value for number in self._numbers]
