# What: a set without differences
# Expect: not passed

import unittest
class S(set):
    def difference(self, other):
        return set()
def f(x):
    return S([3])


class T(unittest.TestCase):
    def test_it(self):
        self.assertSetEqual(f(1), {2})
