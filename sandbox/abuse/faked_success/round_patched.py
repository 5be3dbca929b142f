# What: replaces round and abs
# Expect: not passed

import builtins
import unittest
builtins.round = lambda *a: 0
builtins.abs = lambda *a: 0
def f(x):
    return 3.0


class T(unittest.TestCase):
    def test_it(self):
        self.assertAlmostEqual(f(1), 2.0)
