# Expect: passed

import unittest
class Col:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return ("eq", self.n, o)
    def __hash__(self): return hash(self.n)
def f(x): return Col(x) == 3
class T(unittest.TestCase):
    def test_it(self): self.assertEqual(f("a"), ("eq", "a", 3))
