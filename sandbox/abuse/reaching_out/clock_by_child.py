# What: a child interpreter sets the clock
# Expect: denied or failed or passed

import subprocess
import sys

SOURCE = "import time; time.clock_settime(time.CLOCK_REALTIME, 0)"


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True)
    return 2 if done.returncode else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
