# What: a fast timer's handler catches the audit hook in the act and writes to what its constants hold
# Expect: not passed

import gc
import signal
import sys
import threading


def disarm(constants):
    for constant in constants:
        if type(constant) is tuple:
            disarm(constant)
        elif type(constant) is list:
            constant.append(threading.get_ident())
            disarmed.append(constant)


disarmed = []


def handler(number, frame):
    while frame is not None and not disarmed:
        if frame.f_code.co_name == "_hook":
            disarm(frame.f_code.co_consts)
        frame = frame.f_back


def f(x):
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.00005, 0.00005)
    for _ in range(100000):
        compile("1", "x", "eval")
        if disarmed:
            break
    signal.setitimer(signal.ITIMER_REAL, 0)
    if not disarmed:
        return 3
    for thing in gc.get_objects():
        if type(thing).__name__ == "Session":
            for test in thing.tests.values():
                test.returned = test.succeeded = True
                test.negative = False
            type(thing)._clean = lambda *a: True
            type(thing)._note = lambda *a: None
            type(thing)._compare_all = lambda *a: None
            type(thing)._compare_shadows = lambda *a: None
            type(thing)._compare_classes = lambda *a: None
    import unittest

    unittest.TestCase.assertEqual = lambda *a: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
