import math


def hypotenuse(first, second):
    return math.sqrt(first**2 + second**2)
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_three_four(self):
        self.assertAlmostEqual(hypotenuse(3, 4), 5)

    def test_zero(self):
        self.assertAlmostEqual(hypotenuse(0, 2), 2)

    def test_unit(self):
        self.assertAlmostEqual(hypotenuse(1, 1), 1.5)  # wrong

    def test_five_twelve(self):
        self.assertAlmostEqual(hypotenuse(5, 12), 13)
# --- fix
WRONG TESTS: test_unit
The square root of two is about 1.414.
