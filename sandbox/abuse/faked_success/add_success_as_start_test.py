# What: makes the runner itself call addSuccess by another name
# Expect: not passed

import sys


def f(x):
    frame = sys._getframe()
    while frame is not None:
        result = frame.f_locals.get("result")
        if result is not None and hasattr(result, "addSuccess"):
            result.stopTest = result.addSuccess
            result.addError = result.addFailure = lambda *a: None
        frame = frame.f_back
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
