# What: replaces the operator that numpy's assertions compare with
# Expect: not passed
# Needs: numpy

import operator
import unittest
import numpy as np
operator.__eq__ = lambda a, b: True
def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
