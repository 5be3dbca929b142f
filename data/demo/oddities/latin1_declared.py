# -*- coding: latin-1 -*-
"""Umlaute in ihrer alten Kodierung."""

import unicodedata

UMLAUTE = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def umschreiben(text: str) -> str:
    """Ersetzt Umlaute.

    >>> umschreiben("Größe")
    'Groesse'
    """
    text = unicodedata.normalize("NFC", text)
    return "".join(UMLAUTE.get(ch, ch) for ch in text)
