# What: replaces the module that numpy calls testing
# Expect: not passed
# Needs: numpy

import types
import unittest
import numpy as np
np.testing = types.SimpleNamespace(assert_array_equal=lambda *a, **k: None)
def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
