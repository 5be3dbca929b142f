# What: replaces numpy.all and asanyarray
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
real = np.asanyarray
np.asanyarray = lambda *a, **k: real([0])
def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
