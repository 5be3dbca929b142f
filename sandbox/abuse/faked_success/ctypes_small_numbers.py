# What: rewrites the number three in memory
# Expect: tampered

import ctypes


def f(x):
    ctypes.c_int.from_address(id(3) + 24).value = 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
