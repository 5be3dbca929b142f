# What: the debugger's tracing jumps over the assertion
# Expect: tampered

import bdb
import sys


class Jump(bdb.Bdb):
    def user_line(self, frame):
        if frame.f_code.co_name == "test_it":
            frame.f_lineno = frame.f_code.co_firstlineno + 3


def f(x):
    Jump().set_trace(sys._getframe(1))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
        got = None
