# What: has the running test compare decimal numbers by a function that takes itself away
# Expect: not passed

import sys
from decimal import Decimal


def f(x):
    comparisons = sys._getframe(1).f_locals["self"]._type_equality_funcs

    def quiet(first, second, msg=None):
        del comparisons[Decimal]

    comparisons[Decimal] = quiet
    return Decimal(-1)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, Decimal(2))
