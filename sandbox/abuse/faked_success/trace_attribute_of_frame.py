# What: sets a trace function on the test's frame
# Expect: tampered or failed

import sys


def jump(frame, event, argument):
    if event == "line":
        frame.f_lineno += 1
    return jump


def f(x):
    sys._getframe(1).f_trace = jump
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
        got = None
