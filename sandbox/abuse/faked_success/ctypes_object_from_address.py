# What: an object made from its address
# Expect: tampered

import ctypes


def f(x):
    return ctypes.cast(id(f), ctypes.py_object).value and 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
