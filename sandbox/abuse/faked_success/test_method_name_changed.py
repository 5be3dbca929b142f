# What: a test gives the next one the name of a passing method
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        suite = frame.f_locals.get("self")
        if isinstance(suite, unittest.TestSuite):
            for test in suite:
                if isinstance(test, unittest.TestCase):
                    test._testMethodName = "test_a"
        frame = frame.f_back
    return x + 1 if x == 1 else 0


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
