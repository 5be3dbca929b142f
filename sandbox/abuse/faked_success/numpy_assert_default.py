# What: gives numpy's assertion other defaults
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
np.testing.assert_allclose.__defaults__ = (1e9, 1e9, True, "", True)
def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_allclose(f(1), [2.0])
