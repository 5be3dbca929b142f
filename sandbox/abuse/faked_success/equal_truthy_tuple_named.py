# What: a named tuple that is equal to all
# Expect: not passed

import unittest

import collections
class E(collections.namedtuple("E", "")):
    def __eq__(self, other):
        return not False
    __hash__ = None

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
