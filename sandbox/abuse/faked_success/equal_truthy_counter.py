# What: equal in every first comparison
# Expect: not passed

import unittest

class E:
    def __init__(self):
        self.n = 0
    def __eq__(self, other):
        self.n += 1
        return True

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
