# What: gives the test's function other globals
# Expect: not passed

import types
import unittest
def f(x):
    return 3
def load_tests(loader, tests, pattern):
    T.test_it = types.FunctionType(T.test_it.__code__, {"f": lambda x: 2})
    return loader.loadTestsFromTestCase(T)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
