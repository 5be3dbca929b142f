"""Choosing things under a limit."""

from functools import cache
from itertools import combinations, product
import operator as op
import sys

LARGEST = sys.maxsize


def best_value(weights: list[int], values: list[int], capacity: int) -> int:
    """Largest value that fits into a knapsack.

    >>> best_value([1, 3, 4], [15, 20, 30], 4)
    35
    """
    @cache
    def best(i, room):
        if i == len(weights):
            return 0
        skip = best(i + 1, room)
        if weights[i] > room:
            return skip
        return max(skip, values[i] + best(i + 1, room - weights[i]))

    return best(0, capacity)


def subset_sums(numbers: list[int], target: int) -> list[tuple[int, ...]]:
    """All subsets with a given sum, small ones first."""
    found = []
    for size in range(1, len(numbers) + 1):
        found.extend(group for group in combinations(sorted(numbers), size) if sum(group) == target)
    return found


def coin_change(amount: int, coins: tuple[int, ...] = (1, 5, 10, 25)) -> int:
    """Fewest coins for an amount, -1 if it cannot be paid."""
    fewest = [0] + [LARGEST] * amount
    for coin in coins:
        for value in range(coin, amount + 1):
            if fewest[value - coin] != LARGEST:
                fewest[value] = min(fewest[value], fewest[value - coin] + 1)
    return -1 if fewest[amount] == LARGEST else fewest[amount]


def truth_table(names: list[str]) -> list[dict[str, bool]]:
    """All assignments of true and false to some names."""
    return [dict(zip(names, bits)) for bits in product((False, True), repeat=len(names))]


def calculate(left: float, sign: str, right: float) -> float:
    """Apply an operator that is given as text."""
    table = {"+": op.add, "-": op.sub, "*": op.mul, "/": op.truediv, "**": op.pow}
    if sign not in table:
        raise KeyError(sign)
    return table[sign](left, right)


def hanoi(disks: int) -> list[tuple[str, str]]:
    """Moves that carry a tower from A to C."""
    if disks <= 0:
        return []

    def move(n, source, target, spare):
        if n == 0:
            return []
        return move(n - 1, source, spare, target) + [(source, target)] + move(n - 1, spare, target, source)

    return move(disks, "A", "C", "B")
