# What: from a callback of the garbage collector, once the test has returned, puts tearDown aside
# Expect: not passed

import gc
import sys
import unittest


def f(x):
    test = sys._getframe(1).f_locals["self"]
    body = sys._getframe(1).f_code

    def quiet():
        test.__dict__.pop("_callTearDown", None)

    def look(phase, info):
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code is body or frame.f_code.co_name in ("_callTestMethod", "_report"):
                return
            frame = frame.f_back
        gc.callbacks.remove(look)
        test._callTearDown = quiet

    gc.callbacks.append(look)
    gc.set_threshold(1)
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
