# Expect: passed

import unittest
def f(x): return x/3
class T(unittest.TestCase):
    def setUp(self): self.places = 3
    def assertAlmostEqual(self, a, b, places=None, msg=None, delta=None):
        super().assertAlmostEqual(a, b, places or self.places, msg, delta)
    def test_it(self): self.assertAlmostEqual(f(1), 0.3333)
