# What: the function replaces numpy's assertion before it is called
# Expect: not passed
# Needs: numpy

import unittest

import numpy as np


def f(x):
    np.testing.assert_array_equal = lambda *a, **k: None
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        np.testing.assert_array_equal(got, [2.0])
