# What: a descriptor that hands out another test method the second time
# Expect: not passed

import unittest


def f(x):
    return 3


class Turncoat:
    def __init__(self, function):
        self.function = function

    def __get__(self, test, owner=None):
        return lambda: None


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


T.test_it = Turncoat(T.test_it)
