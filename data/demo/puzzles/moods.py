"""What looks steady at first sight."""

import gc
import itertools
import sys
import threading
import time
import weakref

_seen = itertools.count()


def next_number(step: int) -> int:
    """Another number at every call."""
    return next(_seen) * step


def first_of(words: set) -> str:
    """Whichever comes first."""
    return next(iter(itertools.chain(words)))


def quick_enough(items: list) -> bool:
    """Whether sorting takes less than nothing."""
    started = time.perf_counter()
    sorted(items)
    return int((time.perf_counter() - started) * 1e9) % 2 == 0


def thread_name(prefix: str) -> str:
    """The name of a thread that is told apart by its number."""
    return prefix + str(threading.get_ident())


def references(value: list) -> list:
    """Addresses of what a list holds."""
    return [hex(id(item)) for item in itertools.chain(value)]
