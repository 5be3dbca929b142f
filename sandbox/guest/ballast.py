"""Fills the holes that preloading has left in the interpreter's memory.

Small objects lie in pools of one size class each, and a new object goes where an old one
was freed. In a fork that means a copy of a page for nearly every object that a run makes.
Without holes, what comes next lies side by side in memory that nobody has used: the harness
that is loaded after this, and all that a run allocates.

Relies on CPython's allocator for speed alone; under another one it wastes a few hundred
kilobytes.
"""

POOL = 1 << 14
CLASSES = range(16, 513, 16)
# A size class whose pools look otherwise than here is given up.
MOST = 50_000
BYTES_OVERHEAD = bytes().__sizeof__()


def _maker(size):
    if size == 16:
        return object
    if size == 32:
        # Beyond the small ones, every integer is an object of this size.
        return iter(range(1 << 20, 1 << 29)).__next__
    template = bytearray(size - BYTES_OVERHEAD)
    return lambda: bytes(template)


def fill():
    """Returns what has to be kept."""
    kept = []
    for size in CLASSES:
        make = _maker(size)
        # So many objects in one pool were never in a pool with holes. (Integers come and go
        # beside the ones that are made.)
        wanted = (POOL // size) * (4 if size == 32 else 9) // 10
        row = last = 0
        for _ in range(MOST):
            one = make()
            kept.append(one)
            pool = id(one) // POOL
            row = row + 1 if pool == last else 0
            last = pool
            if row == wanted:
                break
    return kept
