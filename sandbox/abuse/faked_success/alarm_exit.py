# What: a signal handler ends the process
# Expect: incomplete

import os
import signal
import time

signal.signal(signal.SIGALRM, lambda *a: os._exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.05)


def f(x):
    time.sleep(2)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
