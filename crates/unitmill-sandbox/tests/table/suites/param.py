# Expect: passed

import unittest
def expand(cases):
    def deco(fn):
        def run(self):
            for c in cases:
                with self.subTest(c=c): fn(self, *c)
        return run
    return deco
def f(x): return x*2
class T(unittest.TestCase):
    @expand([(1,2),(2,4)])
    def test_it(self, a, b): self.assertEqual(f(a), b)
for i in range(3):
    def make(i):
        def test(self): self.assertEqual(f(i), 2*i)
        return test
    setattr(T, f"test_gen_{i}", make(i))
