# What: opens the C library
# Expect: tampered

import ctypes


def f(x):
    ctypes.CDLL(None)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
