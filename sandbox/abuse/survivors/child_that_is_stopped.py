# What: a child that is stopped
# Expect: passed

import os
import signal


def f(x):
    child = os.fork()
    if child == 0:
        signal.pause()
    os.kill(child, signal.SIGSTOP)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
