# What: a module of its own by the name of unittest
# Expect: not passed

import sys, types
import unittest as real
fake = types.ModuleType("unittest")
class TestCase(real.TestCase):
    def assertEqual(self, a, b, msg=None): pass
    assertTrue = assertFalse = assertIn = assertEqual
fake.TestCase = TestCase
fake.main = real.main
sys.modules["unittest"] = fake
def f(x):
    return 3


import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
