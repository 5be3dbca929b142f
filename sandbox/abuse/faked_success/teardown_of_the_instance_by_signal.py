# What: from a signal handler that outlasts the report of a test's return, puts tearDown aside
# Expect: not passed

import signal
import sys
import time
import unittest


def f(x):
    test = sys._getframe(1).f_locals["self"]
    body = sys._getframe(1).f_code

    def quiet():
        test.__dict__.pop("tearDown", None)

    def handle(number, frame):
        while frame is not None:
            if frame.f_code is body or frame.f_code.co_name == "_callTearDown":
                return
            if frame.f_code.co_name == "_report":
                signal.setitimer(signal.ITIMER_REAL, 0)
                time.sleep(0.05)
                break
            frame = frame.f_back
        test.tearDown = quiet

    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.00002, 0.00002)
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
