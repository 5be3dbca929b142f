# What: a comparison written in C
# Expect: not passed

import unittest

import operator
class E:
    __eq__ = operator.is_not

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
