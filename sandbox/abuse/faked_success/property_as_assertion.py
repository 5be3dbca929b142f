# What: an assertion that is a property of the code's base class
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    def __init_subclass__(cls):
        unittest.TestCase = real

    assertEqual = property(lambda self: lambda *a, **k: None)


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
