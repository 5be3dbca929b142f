# What: a base class that calls tests in its own way
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    def __init_subclass__(cls):
        unittest.TestCase = real

    def _callTestMethod(self, method):
        try:
            method()
        except BaseException:
            pass


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
