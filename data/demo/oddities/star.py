"""Everything from everywhere."""

from math import *
from os.path import *


def hypotenuse(a: float, b: float) -> float:
    """Longest side of a right triangle."""
    return sqrt(a * a + b * b)


def without_suffix(name: str) -> str:
    """File name without folder and suffix."""
    return splitext(basename(name))[0]
