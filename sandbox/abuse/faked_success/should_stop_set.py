# What: a test tells the result to stop after it
# Expect: incomplete or tampered

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        result = frame.f_locals.get("result")
        if isinstance(result, unittest.TestResult):
            result.stop()
        frame = frame.f_back
    return x + 1 if x == 1 else 0


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
