# What: print does nothing
# Expect: failed

import builtins

builtins.print = lambda *a, **k: None


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
