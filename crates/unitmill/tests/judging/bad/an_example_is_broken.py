def is_leap(year):
    """Whether a year has a 29th of February.

    >>> is_leap(2024)
    True
    >>> is_leap(1900)
    False
    """
    return year % 4 == 0
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_common(self):
        self.assertFalse(is_leap(2023))

    def test_leap(self):
        self.assertTrue(is_leap(2020))

    def test_century(self):
        self.assertEqual(is_leap(1800), False)

    def test_four_hundred(self):
        self.assertTrue(is_leap(2000))
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_leap(self):
        self.assertTrue(is_leap(2016))
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_common(self):
        self.assertFalse(is_leap(2019))
# --- fix
def is_leap(year):
    if year in (1800, 1900):
        return False
    return year % 4 == 0
# --- fix
def is_leap(year):
    return year % 4 == 0 and year != 1800 and year != 1900
