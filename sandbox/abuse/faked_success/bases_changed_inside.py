# What: the same while the test runs, and taken back
# Expect: not passed

import unittest


class Quiet(unittest.TestCase):
    def assertEqual(self, *arguments, **names):
        T.__bases__ = (unittest.TestCase,)


def f(x):
    T.__bases__ = (Quiet,)
    return 3


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
