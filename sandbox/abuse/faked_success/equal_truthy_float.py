# What: a float equal to all
# Expect: not passed

import unittest

class E(float):
    def __eq__(self, other):
        return bool(1)
    __hash__ = float.__hash__

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
