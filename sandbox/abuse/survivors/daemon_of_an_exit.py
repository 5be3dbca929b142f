# What: a daemon of a program that ends itself
# Expect: incomplete

import os
import time


def f(x):
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
