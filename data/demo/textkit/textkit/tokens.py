"""Counting and comparing words."""

from collections import Counter, defaultdict
import itertools
import re
import string

STOP_WORDS = frozenset({"a", "an", "and", "in", "is", "it", "of", "the", "to"})


def words(text: str) -> list[str]:
    """The words of a text in lower case, apostrophes kept.

    >>> words("Don't panic -- it's only text.")
    ["don't", 'panic', "it's", 'only', 'text']
    """
    return re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower())


def top_words(text: str, count: int = 3) -> list[tuple[str, int]]:
    """The most frequent words that carry meaning; ties in alphabetical order."""
    counts = Counter(word for word in words(text) if word not in STOP_WORDS)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]


def char_ngrams(text: str, n: int = 2) -> list[str]:
    padded = f"^{text}$"
    return ["".join(chunk) for chunk in zip(*(itertools.islice(padded, i, None) for i in range(n)))]


def dice_similarity(left: str, right: str) -> float:
    """Overlap of the bigrams of two texts, from 0 to 1."""
    a, b = Counter(char_ngrams(left)), Counter(char_ngrams(right))
    shared = sum((a & b).values())
    total = sum(a.values()) + sum(b.values())
    return 2 * shared / total if total else 1.0


def index_by_initial(names: list[str]) -> dict[str, list[str]]:
    index = defaultdict(list)
    for name in names:
        key = name[:1].upper()
        index[key if key in string.ascii_uppercase and key else "#"].append(name)
    return {key: sorted(index[key]) for key in sorted(index)}


def is_anagram(first: str, second: str) -> bool:
    """Whether two phrases use the same letters.

    >>> is_anagram("Dormitory", "dirty room")
    True
    >>> is_anagram("table", "chair")
    False
    """
    def letters(phrase):
        return Counter(ch for ch in phrase.lower() if ch in string.ascii_lowercase)

    return letters(first) == letters(second)


def caesar(text: str, shift: int = 3) -> str:
    """Shift the letters of a text along the alphabet."""
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    shift %= 26
    table = str.maketrans(
        lower + upper,
        lower[shift:] + lower[:shift] + upper[shift:] + upper[:shift],
    )
    return text.translate(table)


def iter_sentences(text):
    """Yield the sentences of a text, one after the other."""
    for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
        if sentence:
            yield sentence


def vocabulary_order(texts):
    """Distinct words in whatever order the set gives them."""
    seen = set()
    for text in texts:
        seen.update(re.findall(r"\w+", text))
    return list(seen)
