# What: load_tests runs the test's code in another world
# Expect: not passed

import types
import unittest
def f(x):
    return 3
def load_tests(loader, tests, pattern):
    class T2(unittest.TestCase):
        test_it = types.FunctionType(T.test_it.__code__, {"f": lambda x: 2})
    T2.__module__, T2.__qualname__, T2.__name__ = __name__, "T", "T"
    return loader.loadTestsFromTestCase(T2)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
