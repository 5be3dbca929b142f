# What: finds the reporting function by frames and calls it
# Expect: not passed

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                value("returned", (test, test.test_it))
                value("success", (test,))
        frame = frame.f_back
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
