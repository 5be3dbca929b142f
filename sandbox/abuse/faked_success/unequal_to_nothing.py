# What: unequal to nothing by a constant
# Expect: not passed

import unittest


class E(int):
    def __ne__(self, other):
        return 0


def f(x):
    return E(3)


class T(unittest.TestCase):
    def test_it(self):
        if f(1) != 2:
            self.fail("differs")
