# What: replaces what numpy's assertions call
# Expect: not passed
# Needs: numpy

import unittest

import numpy as np
import numpy.testing._private.utils as below

below.assert_array_compare = lambda *a, **k: None


def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
