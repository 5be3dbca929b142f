# Expect: passed

import unittest
class V:
    def __init__(self, x): self.x = x
def f(x): return V(x)
class T(unittest.TestCase):
    def setUp(self): self.addTypeEqualityFunc(V, self.same)
    def same(self, a, b, msg=None):
        if a.x != b.x: self.fail(self._formatMessage(msg, "differ"))
    def test_it(self): self.assertEqual(f(1), V(1))
    def test_no(self):
        with self.assertRaises(AssertionError): self.assertEqual(f(1), V(2))
