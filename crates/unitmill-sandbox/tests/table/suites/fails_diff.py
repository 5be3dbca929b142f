# Expect: failed

import unittest
def f(x): return {"a": [1,2,3], "b": "x"*500}
class T(unittest.TestCase):
    maxDiff = None
    def test_it(self): self.assertEqual(f(1), {"a": [1,2,4], "b": "y"*500})
