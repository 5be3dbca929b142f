import re

from textkit.tokens import top_words, words


def normalise(text):
    return re.sub(r"\s+", " ", text)


def test_words_are_lowercase():
    assert words("A b C") == ["a", "b", "c"]


def test_top_words():
    assert top_words("the cat and the other cat") == [("cat", 2), ("other", 1)]
