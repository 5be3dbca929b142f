# What: a flood of single bytes
# Expect: output_limit

import sys


def f(x):
    for _ in range(3000000):
        sys.stdout.write("x")
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
