import math
import sys


def scale(value, factor=2):
    return math.floor(value * factor)


def scale(value, factor=3):
    """The later definition is the one that callers meet."""
    return math.ceil(value * factor)


if sys.version_info >= (3, 0):
    def cube_root(value: float) -> float:
        """Real cube root, to nine digits."""
        return round(math.copysign(abs(value) ** (1 / 3), value), 9)


def outer(limit: int) -> int:
    """Sum of the squares of the odd numbers below a limit."""
    def squares():
        for number in range(1, limit, 2):
            yield int(math.pow(number, 2))

    return sum(squares())
