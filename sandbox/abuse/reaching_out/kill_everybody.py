# What: signals to everybody
# Expect: passed

import os
import signal


def f(x):
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
