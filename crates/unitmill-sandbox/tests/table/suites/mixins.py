# Expect: passed

import unittest
def f(x): return x*2
class Mixin:
    value = 1
    def test_mixed(self): self.assertEqual(f(self.value), 2*self.value); self.check()
    def check(self): self.assertTrue(True)
class A(Mixin, unittest.TestCase): value = 3
class B(Mixin, unittest.TestCase):
    value = 4
    def check(self): super().check(); self.assertFalse(False)
