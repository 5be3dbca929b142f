# What: reads standard input
# Expect: failed or error

import sys


def f(x):
    return sys.stdin.read() or 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
