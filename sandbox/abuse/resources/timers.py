# What: a thousand timers
# Expect: passed

import signal


def f(x):
    signal.signal(signal.SIGALRM, lambda *a: None)
    for _ in range(1000):
        signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
