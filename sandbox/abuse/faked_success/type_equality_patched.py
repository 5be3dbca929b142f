# What: the comparison that assertEqual takes for lists does nothing
# Expect: tampered or failed

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test._type_equality_funcs[list] = lambda *a, **k: None
    return [3]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, [2])
