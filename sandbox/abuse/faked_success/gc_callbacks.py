# What: a callback of the garbage collector looks at who is running
# Expect: not passed

import gc
import sys


def callback(phase, information):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            flags = getattr(value, "flags", None)
            if flags is not None and hasattr(flags, "seen"):
                flags.seen.clear()
            tests = getattr(value, "tests", None)
            if isinstance(tests, dict):
                for test in tests.values():
                    test.returned = test.succeeded = True
        frame = frame.f_back


def f(x):
    gc.callbacks.append(callback)
    gc.set_threshold(1)
    return [[] for _ in range(1000)] and 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
