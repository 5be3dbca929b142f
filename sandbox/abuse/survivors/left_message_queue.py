# What: a POSIX message queue
# Expect: passed

import subprocess
import sys

SOURCE = """
import ctypes, ctypes.util
libc = ctypes.CDLL(None)
libc.mq_open(b"/abuse-left", 0o102, 0o666, None)
"""


def f(x):
    subprocess.run([sys.executable, "-c", SOURCE], capture_output=True)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
