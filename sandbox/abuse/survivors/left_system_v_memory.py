# What: System V shared memory, queues and semaphores
# Expect: passed

import subprocess
import sys

SOURCE = """
import ctypes
libc = ctypes.CDLL(None)
libc.shmget(0x0badf00d, 4096, 0o1666)
libc.msgget(0x0badf00d, 0o1666)
libc.semget(0x0badf00d, 1, 0o1666)
"""


def f(x):
    subprocess.run([sys.executable, "-c", SOURCE], capture_output=True)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
