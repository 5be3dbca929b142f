# What: gives the running test another class until the assertion has run
# Expect: tampered

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]
    genuine = type(test)

    def quiet(self, *arguments):
        self.__class__ = genuine

    test.__class__ = type("T", (genuine,), {"assertEqual": quiet})
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
