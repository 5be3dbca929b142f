# What: takes the canaries from a frame
# Expect: not passed

import sys
import unittest
def f(x):
    frame = sys._getframe()
    while frame:
        for v in list(frame.f_locals.values()):
            if type(v) is tuple:
                for c in v:
                    if isinstance(c, unittest.TestCase):
                        type(c).must_fail = lambda self: None
                        type(c).assertEqual = lambda *a: None
        frame = frame.f_back
    return 3
unittest.TestCase.assertEqual


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
