# What: locks on files of the environment
# Expect: passed

import fcntl
import os


def f(x):
    with open(os.__file__) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fork() == 0:
            import time

            time.sleep(1000)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
