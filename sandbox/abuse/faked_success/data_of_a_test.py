# What: sends data records from a test until the judge gives up
# Expect: not passed

import sys


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                for _ in range(100):
                    value("data", ("x" * 1000000,))
        frame = frame.f_back
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
