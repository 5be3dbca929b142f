# What: a base class whose attributes are made as they are asked for
# Expect: not passed

import unittest

real = unittest.TestCase


class Base(unittest.TestCase):
    def __init_subclass__(cls):
        unittest.TestCase = real

    def __getattribute__(self, name):
        if name.startswith("assert"):
            return lambda *a, **k: None
        return super().__getattribute__(name)


unittest.TestCase = Base


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
