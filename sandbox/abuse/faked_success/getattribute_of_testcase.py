# What: adds an attribute look-up to TestCase that answers for assertions
# Expect: tampered

import unittest


def look(self, name):
    if name.startswith("assert") and type(self).__name__ == "T":
        return lambda *a, **k: None
    return object.__getattribute__(self, name)


unittest.TestCase.__getattribute__ = look


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
