# What: blocks every signal
# Expect: timeout
# Limits: cpu_ms=300

import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def f(x):
    while True:
        pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
