# What: a key of the test's dictionary whose hash runs code when somebody looks
# Expect: not passed

import sys


class Evil(str):
    def __hash__(self):
        frame = sys._getframe()
        while frame is not None:
            for value in list(frame.f_locals.values()):
                for test in getattr(value, "tests", None) or ():
                    value.tests[test].returned = value.tests[test].succeeded = True
                if hasattr(value, "flags"):
                    value.flags.seen.clear()
            frame = frame.f_back
        return 1


def f(x):
    sys._getframe(1).f_locals["self"].__dict__[Evil("x")] = 1
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
