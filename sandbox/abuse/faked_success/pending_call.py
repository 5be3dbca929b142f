# What: asks the interpreter to call something soon
# Expect: not passed

import unittest
import _testcapi
import sys
def later():
    pass
def f(x):
    _testcapi._pending_threadfunc(later)
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
