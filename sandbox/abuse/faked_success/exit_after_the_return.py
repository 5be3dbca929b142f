# What: ends the process from a clean-up's finalizer once its test has been seen to return
# Expect: not passed

import os
import sys
import unittest


class Last:
    def __del__(self):
        os._exit(0)


def f(x):
    sys._getframe(1).f_locals["self"].kept = Last()
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.kept = None
        self.assertEqual(self.got, 2)
