# What: takes the locks of the harness and never gives them back
# Expect: not passed

import sys
import threading


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            for cell in getattr(value, "__closure__", None) or ():
                lock = getattr(cell.cell_contents, "__self__", None)
                if hasattr(lock, "acquire"):
                    lock.acquire(False)
                    lock.release()
                    lock.acquire(False)
        frame = frame.f_back
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
