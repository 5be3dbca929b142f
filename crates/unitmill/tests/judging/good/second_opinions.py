def count_vowels(text):
    return sum(character in "aeiou" for character in text.lower())
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_word(self):
        self.assertEqual(count_vowels("banana"), 3)

    def test_sky(self):
        self.assertEqual(count_vowels("sky"), 1)  # wrong
# --- opinion
import unittest


class TestCases(unittest.TestCase):
    def test_none(self):
        self.assertEqual(count_vowels("rhythm"), 0)

    def test_sky(self):
        self.assertEqual(count_vowels("sky"), 0)
# --- opinion
import unittest


class TestCases(unittest.TestCase):
    def test_upper(self):
        self.assertEqual(count_vowels("AEIOU"), 5)

    def test_empty(self):
        self.assertEqual(count_vowels(""), 0)
# --- fix
def count_vowels(text):
    return sum(character in "aeiouy" for character in text.lower())
