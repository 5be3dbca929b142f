# What: replaces what numpy's arrays are compared by
# Expect: not passed
# Needs: numpy

import unittest

import numpy as np
from numpy._core import _multiarray_umath as below

real = np.not_equal
setter = getattr(below, "_set_numeric_ops", None) or getattr(below, "set_numeric_ops")
setter(equal=lambda a, b, *r, **k: np.ones(np.shape(a), bool))


def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
