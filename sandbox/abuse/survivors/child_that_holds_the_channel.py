# What: a child that keeps the channel open
# Expect: passed or tampered

import os
import time


def f(x):
    if os.fork() == 0:
        time.sleep(1000)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
