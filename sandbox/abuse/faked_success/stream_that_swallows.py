# What: standard error closes itself
# Expect: not passed

import sys
import unittest
class S:
    def write(self, t): raise SystemExit(0)
    def flush(self): raise SystemExit(0)
sys.stdout = sys.stderr = S()
def f(x):
    print("x")
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
