"""Needs nothing but the language itself."""

VALUES = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}


def from_roman(text):
    """Value of a Roman numeral."""
    total = 0
    for letter, after in zip(text, text[1:] + " "):
        value = VALUES[letter]
        total += -value if VALUES.get(after, 0) > value else value
    return total


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def chunks(items, size):
    for start in range(0, len(items), size):
        yield items[start:start + size]
