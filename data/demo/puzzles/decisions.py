"""Answers that hang on conditions which no common input meets."""

import math
import re
from collections import Counter
from enum import Enum
from fractions import Fraction

ZONES = {"near": 2.5, "far": 7.0}


class Level(Enum):
    LOW = 1
    HIGH = 2


def tariff(weight: float, zone: str, express=False):
    """What it costs to send a parcel."""
    if weight <= 0:
        raise ValueError("a parcel weighs something")
    if zone not in ZONES:
        raise KeyError(zone)
    if express and weight > 31.5:
        return "too heavy to be sent at once"
    cost = ZONES[zone] + math.ceil(weight) / 2
    return cost * 2 if express else cost


def triangle(a: int, b: int, c: int) -> str:
    """Name the kind of a triangle by its sides."""
    shortest, middle, longest = sorted((a, b, c))
    if shortest <= 0 or shortest + middle <= longest:
        return "none"
    if shortest == longest:
        return "equilateral"
    if math.isclose(shortest**2 + middle**2, longest**2):
        return "right"
    if shortest == middle or middle == longest:
        return "isosceles"
    return "scalene"


def classify(token):
    """The kind of a token of a small language."""
    if not isinstance(token, str):
        raise TypeError("tokens are texts")
    if re.fullmatch(r"[+-]?\d+", token):
        return "integer"
    if token.startswith("0x"):
        return "hexadecimal"
    if token in ("let", "in", "fun"):
        return "keyword"
    if len(token) == 1 and not token.isalnum():
        return "operator"
    return "name" if token.isidentifier() else "unknown"


def compare_versions(left: str, right: str) -> int:
    """-1, 0 or 1, as one version comes before, with or after the other."""
    def parts(text):
        return [int(part) for part in re.findall(r"\d+", text)]

    one, other = parts(left), parts(right)
    if one < other:
        return -1
    if one > other:
        return 1
    return 0


def describe(value):
    """What a value is, for a report."""
    match value:
        case Level.HIGH:
            return "high level"
        case []:
            return "nothing"
        case [only]:
            return f"only {only}"
        case {"error": reason}:
            return f"failed: {reason}"
        case int() | float() if value > 1000:
            return "a lot"
        case Fraction():
            return "a fraction"
        case _:
            return "something"


def drain(tank: int, leaks: list) -> str:
    """Lets a tank run out through leaks, one after the other, hour by hour."""
    hours = 0
    queue = Counter(leaks)
    while tank > 0:
        if not queue:
            return f"{tank} left after {hours}"
        leak = max(queue)
        queue[leak] -= 1
        if queue[leak] == 0:
            del queue[leak]
        tank -= leak
        hours += 1
        if hours > 2:
            return f"{tank} left after a day"
    return f"empty after {hours}"
