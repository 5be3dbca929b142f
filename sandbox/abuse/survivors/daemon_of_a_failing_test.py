# What: a daemon of a test that fails
# Expect: failed

import os
import time


def f(x):
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
