# What: stops itself by a signal
# Expect: timeout or failed
# Limits: wall_ms=400

import os
import signal


def f(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
