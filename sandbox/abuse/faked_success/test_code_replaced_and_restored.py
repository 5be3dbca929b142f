# What: a test gives the next one other code, which puts the first back
# Expect: tampered

import sys


def f(x):
    T = sys.modules["solution"].T
    genuine = T.test_z.__code__

    def quiet(self):
        type(self).test_z.__code__ = type(self).genuine

    T.genuine = genuine
    T.test_z.__code__ = quiet.__code__
    return x + 1 if x == 1 else None


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
