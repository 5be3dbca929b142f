from __future__ import division, print_function

import bisect

BRACKETS = [0, 10_000, 40_000, 90_000]
RATES = [0.0, 0.1, 0.25, 0.4]


def marginal_rate(income: float) -> float:
    """The rate of the bracket that an income falls into."""
    return RATES[bisect.bisect_right(BRACKETS, income) - 1]


def income_tax(income: float) -> float:
    """Tax over all brackets."""
    if income < 0:
        raise ValueError("income must not be negative")
    last = bisect.bisect_right(BRACKETS, income) - 1
    tax = 0.0
    for i in range(last):
        tax += (BRACKETS[i + 1] - BRACKETS[i]) * RATES[i]
    return round(tax + (income - BRACKETS[last]) * RATES[last], 2)


def net_price(gross, rate=0.19):
    return round(gross / (1 + rate), 2)


def grade(score: int, limits: str = "60 70 80 90", letters: str = "FDCBA") -> str:
    """Letter for a score.

    >>> [grade(score) for score in (33, 99, 77, 70, 89, 90)]
    ['F', 'A', 'C', 'C', 'B', 'A']
    """
    return letters[bisect.bisect(list(map(int, limits.split())), score)]


def insert_sorted(values: list[int], value: int) -> list[int]:
    """A sorted copy of a sorted list with one more value in it."""
    result = list(values)
    bisect.insort(result, value)
    return result
