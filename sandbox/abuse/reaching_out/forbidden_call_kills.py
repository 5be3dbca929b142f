# What: a system call that kills
# Expect: denied

import os
import sys


def f(x):
    os.execv(sys.executable, [sys.executable, "-c", "import ctypes; ctypes.CDLL(None).syscall(101, 0, 0, 0, 0)"])


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
