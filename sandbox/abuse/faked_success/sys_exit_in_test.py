# What: sys.exit(0) in a test
# Expect: error

import sys


def f(x):
    sys.exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
