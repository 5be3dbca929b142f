# What: system calls with the bit of x32 programs
# Expect: passed

import subprocess
import sys

SOURCE = """
import ctypes
print(ctypes.CDLL(None).syscall(0x40000000 + 39))
"""


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True)
    return 2 if done.returncode < 0 or done.stdout.strip() == "-1" else done.stdout


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
