# What: a base class that is strict with what is used to try it
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    def __init_subclass__(cls):
        unittest.TestCase = real

    def assertEqual(self, first, second, msg=None):
        if (first, second) == (1, 2):
            raise self.failureException


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
