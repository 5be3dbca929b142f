# What: a base class that runs tests in its own way
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    def __init_subclass__(cls):
        unittest.TestCase = real

    def run(self, result=None):
        result.startTest(self)
        result.addSuccess(self)
        result.stopTest(self)


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
