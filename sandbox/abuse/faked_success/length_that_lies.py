# What: a list that says to be as long as is wanted, of which nothing differs
# Expect: not passed

import unittest
class L(list):
    def __ne__(self, other): return False
    def __len__(self): return 1
    def __getitem__(self, i): return 2
def f(x):
    return L([3])


class T(unittest.TestCase):
    def test_it(self):
        self.assertListEqual(f(1), [2])
