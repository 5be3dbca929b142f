# What: a text with such a comparison
# Expect: not passed

import unittest

class E(str):
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 0

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
