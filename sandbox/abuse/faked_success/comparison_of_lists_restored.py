# What: has the running test compare lists by a function that puts the genuine one back
# Expect: not passed

import sys


def f(x):
    comparisons = sys._getframe(1).f_locals["self"]._type_equality_funcs

    def quiet(first, second, msg=None):
        comparisons[list] = "assertListEqual"

    comparisons[list] = quiet
    return [-1]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, [2])
