# What: never unequal
# Expect: not passed

import unittest
class D(dict):
    def __ne__(self, other): return bool(0)
def f(x):
    return D(a=3)


class T(unittest.TestCase):
    def test_it(self):
        self.assertDictEqual(f(1), {"a": 2})
