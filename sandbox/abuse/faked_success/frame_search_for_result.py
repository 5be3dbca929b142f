# What: searches the frames for the result and tells it of success
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, unittest.TestResult):
                value.addSuccess(frame.f_locals.get("self"))
                value.stopTest(frame.f_locals.get("self"))
        frame = frame.f_back
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
