# What: other threads leave objects whose finalizers look for the judge
# Expect: failed

import sys
import threading


class Last:
    def __del__(self):
        frame = sys._getframe()
        while frame is not None:
            session = frame.f_locals.get("session") or frame.f_locals.get("self")
            for test in getattr(session, "tests", {}).values() if hasattr(session, "law") else ():
                test.returned = test.succeeded = True
            frame = frame.f_back


def spin():
    while True:
        (lambda last: last)(Last())


sys.setswitchinterval(1e-6)
for _ in range(3):
    threading.Thread(target=spin, daemon=True).start()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
