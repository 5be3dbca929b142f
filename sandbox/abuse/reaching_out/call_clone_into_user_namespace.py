# What: system call 56 by its number, in a child interpreter whose ctypes nobody watches
# Expect: passed

import subprocess
import sys

SOURCE = """
import ctypes
print(ctypes.CDLL(None, use_errno=True).syscall(56, 0x10000000, 0, 0, 0, 0))
"""


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True)
    # Killed for it, or refused.
    assert done.returncode == -31 or done.stdout.strip() == "-1", (done.returncode, done.stdout, done.stderr)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
