# What: replaces len, min and range
# Expect: not passed

import builtins
import unittest
def f(x):
    builtins.len = lambda *a: 0
    builtins.min = lambda *a: 0
    builtins.range = lambda *a: ()
    return [3]


class T(unittest.TestCase):
    def test_it(self):
        self.assertSequenceEqual(f(1), [2])
        self.assertEqual(f(1), [2])
