# What: numpy's own way to ctypes, for memory beyond an array
# Expect: not passed
# Needs: numpy

import ctypes

import numpy as np


def f(x):
    a = np.zeros(1)
    pointer = a.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    ctypes.memset(a.ctypes.data, 0, 8)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
