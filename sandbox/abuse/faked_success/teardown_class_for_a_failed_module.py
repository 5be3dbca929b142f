# What: tells the suite that the module's set-up failed, so that tearDownClass is never called
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        result = frame.f_locals.get("result")
        if isinstance(result, unittest.TestResult):
            result._moduleSetUpFailed = True
        frame = frame.f_back
    return -1


class T(unittest.TestCase):
    def test_it(self):
        T.got = f(1)

    @classmethod
    def tearDownClass(cls):
        assert cls.got == 2
