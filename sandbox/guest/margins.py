"""Margins behind numpy's arrays, for looks at what a function does.

Compiled code that is given arrays of sizes that do not fit together reads and writes beyond
their ends, and nobody raises. What it finds there is whatever the process has left behind:
mostly the same in two runs on one machine, so that a test would assert it. What it writes
there ends the process, now or later, or not at all.

So every array of a look has a margin behind it that belongs to nobody. Margins, and what
nobody has written in an array (`numpy.empty`), hold zeros in looks with an even seed and large
numbers in the others, so that what a function makes of them never agrees. What it writes into
a margin and never reads is not noticed; it shows when the tests run, without margins.

Of use with numpy from 1.22 on, which lets others allocate, where the interpreter holds it
before the run; in the main thread and its first context alone. A call that has used up the
stack of Python is not told so when an array is made next, but ended: no Python may raise where
numpy allocates.
"""

import ctypes

# Bytes behind an array.
MARGIN = 256
# Of a larger array only so many bytes are filled at either end: it is memory that nobody has
# touched, and most of it never will be.
LARGE, ENDS = 1 << 22, 1 << 12
# What nobody has written, by the parity of the seed. As floating-point numbers of 32 and 64
# bits the second are near the largest.
FILLS = (0, 0x7F)
# Where numpy's table of functions has `PyDataMem_SetHandler` and `PyDataMem_GetHandler`.
SET_HANDLER, GET_HANDLER = 304, 305
NAME = b"mem_handler"

_address, _size = ctypes.c_void_p, ctypes.c_size_t


class _Handler(ctypes.Structure):
    """numpy's `PyDataMem_Handler`."""

    _fields_ = [
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", _address),
        ("malloc", ctypes.CFUNCTYPE(_address, _address, _size)),
        ("calloc", ctypes.CFUNCTYPE(_address, _address, _size, _size)),
        ("realloc", ctypes.CFUNCTYPE(_address, _address, _address, _size)),
        ("free", _address),
    ]


class Margins:
    """Made in the zygote, where numpy is there; set up in a run."""

    def __init__(self, functions_of_numpy):
        # With the interpreter's lock: who allocates for numpy holds it.
        library = ctypes.PyDLL(None)

        def function(name, result, *arguments):
            found = getattr(library, name)
            found.restype, found.argtypes = result, arguments
            return found

        self._malloc = function("malloc", _address, _size)
        self._calloc = function("calloc", _address, _size, _size)
        self._realloc = function("realloc", _address, _address, _size)
        self._memset = function("memset", _address, _address, ctypes.c_int, _size)
        self._fill = 0
        new_capsule = function("PyCapsule_New", ctypes.py_object, _address, ctypes.c_char_p, _address)
        pointer = function("PyCapsule_GetPointer", _address, ctypes.py_object, ctypes.c_char_p)
        table = (_address * (GET_HANDLER + 1)).from_address(pointer(functions_of_numpy, None))
        self._set_handler = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[SET_HANDLER])
        known = ctypes.PYFUNCTYPE(ctypes.py_object)(table[GET_HANDLER])()
        known = _Handler.from_address(pointer(known, NAME))
        kinds = dict(_Handler._fields_)
        self._handler = _Handler(
            b"margins",
            1,
            None,
            kinds["malloc"](self._allocate),
            kinds["calloc"](self._allocate_zeros),
            kinds["realloc"](self._resize),
            # numpy's own: it is called while exceptions are on their way, when no Python may.
            known.free,
        )
        self._capsule = new_capsule(ctypes.addressof(self._handler), NAME, None)
        # A run that is no look lets go of this, and is not to spend time on taking it apart.
        function("Py_IncRef", None, ctypes.py_object)(self)

    def set_up(self, parity):
        """From now on, for the arrays of this thread."""
        self._fill = FILLS[parity]
        self._set_handler(self._capsule)

    def _allocate(self, _, size):
        # A signal handler of the program may raise here.
        try:
            fill = self._fill
            if not fill:
                return self._calloc(1, size + MARGIN)
            if size > LARGE:
                start = self._calloc(1, size + MARGIN)
                if start:
                    self._memset(start, fill, ENDS)
                    self._memset(start + size - ENDS, fill, ENDS + MARGIN)
                return start
            start = self._malloc(size + MARGIN)
            if start:
                self._memset(start, fill, size + MARGIN)
            return start
        except BaseException:
            return None

    def _allocate_zeros(self, _, count, size):
        try:
            size *= count
            start = self._calloc(1, size + MARGIN)
            if start and self._fill:
                self._memset(start + size, self._fill, MARGIN)
            return start
        except BaseException:
            return None

    def _resize(self, _, start, size):
        try:
            start = self._realloc(start, size + MARGIN)
            if start:
                self._memset(start + size, self._fill, MARGIN)
            return start
        except BaseException:
            return None


def prepare(peek):
    """Once, in the zygote, if numpy has been imported and lets others allocate, and nobody
    does yet; `peek` finds an imported module."""
    for core in map(peek, ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath")):
        name = getattr(core, "get_handler_name", None)
        if name is not None and name() == "default_allocator":
            return Margins(core._ARRAY_API)
    return None
