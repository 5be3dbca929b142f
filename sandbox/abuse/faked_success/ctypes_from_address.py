# What: an array laid over the memory of an object
# Expect: tampered

import ctypes


def f(x):
    (ctypes.c_ubyte * 64).from_address(id(f))
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
