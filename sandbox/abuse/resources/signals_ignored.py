# What: ignores the signals of limits
# Expect: timeout
# Limits: cpu_ms=300

import signal

for s in (signal.SIGXCPU, signal.SIGTERM, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF):
    signal.signal(s, signal.SIG_IGN)


def f(x):
    while True:
        pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
