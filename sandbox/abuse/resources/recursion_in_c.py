# What: recursion through the interpreter's C code
# Expect: not passed
# Limits: memory_mb=128 cpu_ms=1000

import functools
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr([self])

    def __getattr__(self, name):
        return getattr(self, name + "x")


def f(x):
    return functools.partial(repr, Deep())()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
