# What: a finalizer rewrites the exit code
# Expect: failed

import os


class Last:
    def __del__(self):
        os._exit(0)


keep = Last()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
