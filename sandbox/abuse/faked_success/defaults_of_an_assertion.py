# What: changes the default arguments of an assertion
# Expect: tampered

import unittest

unittest.TestCase.assertAlmostEqual.__defaults__ = (0, None, 10)


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertAlmostEqual(f(1), 2)
