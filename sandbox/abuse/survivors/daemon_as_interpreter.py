# What: an interpreter of its own in a session of its own
# Expect: passed

import subprocess
import sys


def f(x):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
