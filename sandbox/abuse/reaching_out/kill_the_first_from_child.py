# What: a child signals to the first process
# Expect: passed

import os
import signal


def f(x):
    child = os.fork()
    if child == 0:
        os.kill(1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(child, 0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
