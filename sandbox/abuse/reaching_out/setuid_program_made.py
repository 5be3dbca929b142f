# What: makes a program that would make it root
# Expect: passed

import os
import shutil
import subprocess
import sys


def f(x):
    shutil.copyfile(os.path.realpath(sys.executable), "python")
    try:
        os.chmod("python", 0o6755)
        os.chown("python", 0, 0)
    except OSError:
        pass
    try:
        done = subprocess.run(["./python", "-S", "-c", "import os; print(os.geteuid())"], capture_output=True, text=True)
    except OSError:
        return 2
    return 2 if done.stdout.strip() != "0" else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
