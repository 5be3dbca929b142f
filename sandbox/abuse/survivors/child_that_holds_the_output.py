# What: a child that keeps the output open and goes on writing
# Expect: passed

import os
import time


def f(x):
    if os.fork() == 0:
        while True:
            os.write(1, b"x")
            time.sleep(0.01)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
