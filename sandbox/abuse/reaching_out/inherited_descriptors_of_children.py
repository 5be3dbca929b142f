# What: a child interpreter finds nothing but its three descriptors
# Expect: passed

import subprocess
import sys

SOURCE = """
import os
for number in range(3, 1024):
    try:
        os.fstat(number)
        print(number)
    except OSError:
        pass
"""


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True, close_fds=False)
    return 2 if not done.stdout else done.stdout


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
