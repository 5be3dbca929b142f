# What: hands the judge payloads of the wrong shape
# Expect: not passed

import sys


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                for kind in ("negative", "returned", "success", "data", "load_failed"):
                    value(kind, ())
                    value(kind, (1, 2, 3, 4, 5, 6, 7))
        frame = frame.f_back
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
