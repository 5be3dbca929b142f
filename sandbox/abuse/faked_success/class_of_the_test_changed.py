# What: gives the running test another class
# Expect: tampered

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test.__class__ = type("T", (type(test),), {"assertEqual": lambda *a: None})
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
