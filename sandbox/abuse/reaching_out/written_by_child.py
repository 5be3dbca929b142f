# What: another interpreter writes to the environment
# Expect: passed

import subprocess
import sys

SOURCE = "import os; open(os.path.join(os.path.dirname(os.__file__), 'abuse-left.py'), 'w')"


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True)
    return 2 if done.returncode else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
