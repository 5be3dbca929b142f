# What: leaves the harness hardly a frame
# Expect: not passed

import sys


def f(x):
    sys.setrecursionlimit(len(__import__("inspect").stack(0)) + 4)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
