# What: replaces sys.exc_info
# Expect: not passed

import sys
import unittest
sys.exc_info = lambda: (None, None, None)
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
