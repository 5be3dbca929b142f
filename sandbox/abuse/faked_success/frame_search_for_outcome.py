# What: searches the frames for the outcome and sends it elsewhere
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame:
        outcome = frame.f_locals.get("outcome")
        if outcome is not None:
            outcome.result = unittest.TestResult()
            break
        frame = frame.f_back
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
