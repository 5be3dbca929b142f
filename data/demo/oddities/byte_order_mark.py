"""Starts with a byte order mark."""

import string


def is_pangram(text: str) -> bool:
    """Whether every letter of the alphabet occurs.

    >>> is_pangram("Sphinx of black quartz, judge my vow")
    True
    """
    return set(string.ascii_lowercase) <= set(text.lower())
