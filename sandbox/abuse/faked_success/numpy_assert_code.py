# What: gives numpy's assertion other code
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
def nothing(actual, desired, rtol=0, atol=0, equal_nan=True, err_msg="", verbose=True, **k): pass
def f(x):
    np.testing.assert_allclose.__code__ = nothing.__code__
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_allclose(f(1), [2.0])
