# What: an array of a class of its own that equals all
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
class A(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, *a, **k): return np.True_
    def __array_function__(self, *a, **k): return np.True_
def f(x):
    return np.array([3.0]).view(A)


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
