# What: imports the interpreter's own test helpers
# Expect: not passed

import unittest
import _testcapi
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
