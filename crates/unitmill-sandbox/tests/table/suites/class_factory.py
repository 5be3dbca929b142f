# Expect: passed

import unittest
def f(x): return x*2
def make(n):
    class Gen(unittest.TestCase):
        def test_it(self): self.assertEqual(f(n), 2*n)
        def helper(self): return super()
    Gen.__name__ = Gen.__qualname__ = f"Gen{n}"
    return Gen
A = make(1); B = make(2)
class T(unittest.TestCase):
    def test_b(self): self.assertEqual(f(0), 0)
