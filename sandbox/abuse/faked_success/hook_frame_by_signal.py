# What: a fast timer's handler catches the audit hook or a report in the act
# Expect: not passed

import signal
import sys
import threading


def handler(number, frame):
    while frame is not None:
        found = frame.f_locals
        if "judge_ident" in found:
            found["judge_ident"][0] = threading.get_ident()
        if "flags" in found and hasattr(found["flags"], "seen"):
            found["flags"].seen.clear()
        frame = frame.f_back


def f(x):
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    for _ in range(20000):
        compile("1", "x", "eval")
    signal.setitimer(signal.ITIMER_REAL, 0)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
