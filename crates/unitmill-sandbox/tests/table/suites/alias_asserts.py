# Expect: passed

import unittest
def f(x): return x
class T(unittest.TestCase):
    assertEquals = unittest.TestCase.assertEqual
    assertItemsEqual = unittest.TestCase.assertCountEqual
    def test_it(self):
        self.assertEquals(f(1), 1); self.assertItemsEqual([f(1)], [1])
