"""Functions that came here by copy and paste from elsewhere in this corpus."""

import math
import re
from collections import deque
from math import hypot


def euclid(a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far it is from a to b.

    >>> euclid((0, 0), (6, 8))
    10.0
    """
    return hypot(a[0] - b[0], a[1] - b[1])


def sliding_sums(numbers: list[int], size: int = 3) -> list[int]:
    # the same as stockroom's, under other names
    last = deque(maxlen=size)
    sums = []
    for number in numbers:
        last.append(number)
        if len(last) == size:
            sums.append(sum(last))
    return sums


def tail_of(sequence, n=3):
    import collections

    return list(collections.deque(sequence, maxlen=n))


def glue_lines(rows: list[str]) -> list[str]:
    """Lines that start with white space belong to the line above."""
    out = []
    for row in rows:
        if re.match(r"\s", row) and out:
            out[-1] += " " + row.strip()
        else:
            out.append(row)
    return out


def disc_area(r: float) -> float:
    """Area of a disc; the message of the error differs, so this is no duplicate."""
    if r < 0:
        raise ValueError("a radius cannot be negative")
    return math.pi * r ** 2
