# What: the same without the interpreter's limit
# Expect: not passed
# Limits: memory_mb=128 cpu_ms=1000

import sys

sys.setrecursionlimit(10**9)


def f(x):
    return f(x)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
