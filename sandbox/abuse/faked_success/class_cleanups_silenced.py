# What: what fails in a clean-up of the class, behind a suite that was patched
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        suite = frame.f_locals.get("self")
        if isinstance(suite, unittest.TestSuite):
            suite._createClassOrModuleLevelException = lambda *a, **k: None
            suite._tearDownPreviousClass = lambda *a, **k: None
        frame = frame.f_back
    return 3


class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.got = []
        cls.addClassCleanup(lambda: cls().assertEqual(cls.got, [2]))

    def test_it(self):
        self.got.append(f(1))
