# What: a daemon of a program that runs out of time
# Expect: timeout
# Limits: wall_ms=400

import os
import time


def f(x):
    if os.fork() == 0:
        os.setsid()
    time.sleep(1000)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
