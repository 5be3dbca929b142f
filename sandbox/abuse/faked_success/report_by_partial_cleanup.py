# What: clean-ups without a Python frame ring for the judge with forged arguments
# Expect: not passed

import functools
import sys
import unittest
import unittest.case


def find_report():
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                return value
        frame = frame.f_back
    return None


def f(x):
    test = sys._getframe(1).f_locals["self"]
    report = find_report()
    test.addCleanup(functools.partial(report, "success", (test,)))
    test.addCleanup(functools.partial(report, "returned", (test, test.test_it)))
    raise unittest.case._ShouldStop


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
