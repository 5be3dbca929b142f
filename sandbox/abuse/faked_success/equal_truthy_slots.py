# What: with slots
# Expect: not passed

import unittest

class E:
    __slots__ = ()
    def __eq__(self, other):
        return NotImplemented is not None

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
