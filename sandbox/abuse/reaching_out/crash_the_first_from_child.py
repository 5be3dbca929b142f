# What: a child sends the first process the signals of a crash
# Expect: passed or crashed

import os
import signal


def f(x):
    child = os.fork()
    if child == 0:
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGSYS):
            os.kill(1, number)
        os._exit(0)
    os.waitpid(child, 0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
