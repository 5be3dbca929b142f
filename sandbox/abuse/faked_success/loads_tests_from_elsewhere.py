# What: load_tests returns a suite of tests of another module's class
# Expect: not passed

import unittest
import types
def f(x):
    return 3
def load_tests(loader, tests, pattern):
    class T(unittest.TestCase):
        def test_it(self):
            pass
    T.__module__ = __name__
    T.__qualname__ = "T"
    return loader.loadTestsFromTestCase(T)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
