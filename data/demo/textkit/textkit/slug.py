"""Turning titles into identifiers."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
MAX_LENGTH = 60


def strip_accents(text: str) -> str:
    """Drop combining marks, so that an accented letter becomes its plain form."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


def slugify(title: str, separator: str = "-") -> str:
    """Make a lowercase slug of a title.

    >>> slugify("Crème Brûlée, twice!")
    'creme-brulee-twice'
    >>> slugify("  A  B ", separator="_")
    'a_b'
    """
    plain = strip_accents(title).lower()
    slug = _NOT_WORD.sub(separator, plain).strip(separator)
    return slug[:MAX_LENGTH].rstrip(separator)


def unique_slug(title: str, taken: list[str]) -> str:
    """Make a slug that is not in `taken` by counting up from 2."""
    base = slugify(title) or "untitled"
    slug = base
    number = 2
    while slug in taken:
        slug = f"{base}-{number}"
        number += 1
    return slug


def initials(name, limit=3):
    words = re.findall(r"[^\W\d_]+", name)
    return "".join(word[0].upper() for word in words)[:limit]
