# What: a comparison that is a partial
# Expect: not passed

import unittest

import functools
class E:
    __eq__ = functools.partialmethod(lambda self, other, answer: True, True)

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
