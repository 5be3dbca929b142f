# What: a session of its own
# Expect: passed

import os


def f(x):
    if os.fork() == 0:
        os.setsid()
        os.execv("/proc/self/exe", ["x"]) if os.path.exists("/proc/self/exe") else os.pause() if hasattr(os, "pause") else None
        import signal

        signal.pause()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
