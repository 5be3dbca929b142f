# What: equal to all by a constant, where the test compares itself
# Expect: not passed

import unittest


class E:
    def __eq__(self, other):
        return 0.5


def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertTrue(f(1) == 2)
