# Expect: passed

import unittest
def f(x): return [[1], {"a": 1}, 3, 3]
class T(unittest.TestCase):
    def test_it(self): self.assertCountEqual(f(1), [3, [1], 3, {"a": 1}]); self.assertCountEqual([1,2,2], (2,1,2))
    def test_no(self):
        with self.assertRaises(AssertionError): self.assertCountEqual([1,2], [1,1])
        with self.assertRaises(AssertionError): self.assertCountEqual([[1],2], [[2],2])
