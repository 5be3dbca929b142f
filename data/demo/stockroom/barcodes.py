"""Check digits of the codes that are printed on goods."""

import hashlib
import re
from itertools import cycle


def ean13_check_digit(code: str) -> int:
    """Thirteenth digit of an EAN from the first twelve.

    >>> ean13_check_digit("400638133393")
    1
    """
    if not re.fullmatch(r"\d{12}", code):
        raise ValueError("twelve digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(code, cycle((1, 3))))
    return -total % 10


def is_valid_isbn(text: str) -> bool:
    """Whether an ISBN of ten or thirteen digits has the right check digit.

    >>> is_valid_isbn("0-306-40615-2")
    True
    >>> is_valid_isbn("978-0-306-40615-8")
    False
    """
    code = re.sub(r"[\s-]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]", code):
        values = [10 if c == "X" else int(c) for c in code]
        return sum(v * (10 - i) for i, v in enumerate(values)) % 11 == 0
    if re.fullmatch(r"\d{13}", code):
        return sum(int(c) * w for c, w in zip(code, cycle((1, 3)))) % 10 == 0
    return False


def luhn_valid(number: str) -> bool:
    """The check of credit card numbers."""
    digits = [int(c) for c in re.sub(r"\D", "", number)]
    if len(digits) < 2:
        return False
    for i in range(len(digits) - 2, -1, -2):
        digits[i] = digits[i] * 2 - 9 if digits[i] > 4 else digits[i] * 2
    return sum(digits) % 10 == 0


def article_key(name: str, size: int = 8) -> str:
    """A short stable key for an article's name."""
    clean = " ".join(name.lower().split())
    return hashlib.sha256(clean.encode("utf-8")).hexdigest()[:size]


def code39(text: str) -> str:
    allowed = re.compile(r"^[A-Z0-9\-. $/+%]*$")
    text = text.upper()
    if not allowed.match(text):
        raise ValueError("character cannot be printed: %r" % text)
    return "*" + text + "*"
