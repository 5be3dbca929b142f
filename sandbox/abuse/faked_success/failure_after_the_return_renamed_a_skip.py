# What: has a failure of tearDown told to somebody who makes a skip of it
# Expect: not passed

import sys
import unittest


class Lenient:
    def __init__(self, result):
        self.result = result

    def addFailure(self, test, error):
        self.result.addSkip(test, "")


def f(x):
    outcome = sys._getframe(1).f_locals["self"]._outcome
    outcome.result = Lenient(outcome.result)
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.assertTrue(True)
        if self._testMethodName == "test_it":
            self.got = f(1)

    def test_other(self):
        self.got = 2

    def tearDown(self):
        self.assertEqual(self.got, 2)
