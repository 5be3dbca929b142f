# What: mounts a /proc of its own
# Expect: passed

import subprocess
import sys

SOURCE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
os.makedirs('/tmp/p', exist_ok=True)
print(libc.mount(b'proc', b'/tmp/p', b'proc', 0, None), os.listdir('/tmp/p'))
"""


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True)
    return 2 if not done.stdout or done.stdout.strip() == "-1 []" else done.stdout


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
