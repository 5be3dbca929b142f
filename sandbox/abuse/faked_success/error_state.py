# What: numpy's error state calls back
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
def f(x):
    np.seterrcall(lambda *a: None); np.seterr(all="call")
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
