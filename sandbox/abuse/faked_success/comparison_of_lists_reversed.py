# What: has the running test compare lists by another assertion, given by its name
# Expect: not passed

import sys


def f(x):
    sys._getframe(1).f_locals["self"]._type_equality_funcs[list] = "assertNotEqual"
    return [-1]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, [2])
