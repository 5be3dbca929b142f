# What: comparing lists that hold each other
# Expect: not passed
# Limits: cpu_ms=1000

import sys

sys.setrecursionlimit(10**6)


def f(x):
    a, b = [], []
    for _ in range(200000):
        a, b = [a], [b]
    return a == b and 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
