# What: what calls the test method is replaced for one test and puts itself back
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        suite = frame.f_locals.get("self")
        if isinstance(suite, unittest.TestSuite):
            for test in suite:
                if isinstance(test, unittest.TestCase) and test._testMethodName == "test_z":
                    test._callTestMethod = lambda method, test=test: test.__dict__.pop("_callTestMethod")
        frame = frame.f_back
    return 2


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
