# What: a signal handler raises what unittest takes for a skip
# Expect: not passed

import signal
import time
import unittest


def handler(*a):
    raise unittest.SkipTest("late")


def f(x):
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    time.sleep(1)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
