# What: every interpreter starts two more
# Expect: timeout or out_of_memory
# Limits: cpu_ms=400 wall_ms=700

import subprocess
import sys

SOURCE = "import subprocess, sys\nwhile True:\n    try:\n        subprocess.Popen([sys.executable, '-S', '-c', sys.argv[1], sys.argv[1]])\n    except OSError:\n        pass"


def f(x):
    while True:
        try:
            subprocess.Popen([sys.executable, "-S", "-c", SOURCE, SOURCE])
        except OSError:
            pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
