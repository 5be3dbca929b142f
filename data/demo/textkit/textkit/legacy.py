# -*- coding: utf-8 -*-
"""Helpers from the days of Python 2. They still parse, and no longer run."""

import itertools
import re
import string


def to_text(value, encoding="utf-8"):
    """Decode bytes, pass text through, convert the rest."""
    if isinstance(value, unicode):
        return re.sub(r"\s+", u" ", value)
    return unicode(value)


def pairs_of(items):
    """Neighbouring items as pairs."""
    items = list(items)
    return list(itertools.izip(items, items[1:]))


def count_letters(text):
    counts = {}
    for letter in string.letters:
        found = text.count(letter)
        if found:
            counts[letter] = found
    return counts


def invert(mapping):
    """Swap keys and values; several keys of one value are collected and sorted."""
    inverted = {}
    for key, group in itertools.groupby(
        sorted(mapping.iteritems(), key=lambda item: (item[1], item[0])), key=lambda item: item[1]
    ):
        inverted[key] = [name for name, _ in group]
    return inverted


def checker_rows(width, height):
    """A checkerboard as lines of text."""
    cells = itertools.cycle("#.")
    rows = []
    for y in xrange(height):
        row = "".join(next(cells) for _ in xrange(width))
        rows.append(row if y % 2 == 0 else row.swapcase())
    return rows
