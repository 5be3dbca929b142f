# What: a base class whose failures are skips
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    failureException = unittest.SkipTest

    def __init_subclass__(cls):
        unittest.TestCase = real


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
