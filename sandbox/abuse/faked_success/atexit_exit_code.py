# What: atexit rewrites the exit code
# Expect: failed

import atexit
import os

atexit.register(os._exit, 0)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
