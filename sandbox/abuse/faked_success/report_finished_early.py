# What: tells the judge that all is over
# Expect: not passed

import sys


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                value("finished", ())
        frame = frame.f_back
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
