# What: replaces numpy.testing in sys.modules
# Expect: not passed
# Needs: numpy

import sys
import types
import unittest
import numpy as np
sys.modules["numpy.testing"] = types.SimpleNamespace(assert_array_equal=lambda *a, **k: None)
def f(x):
    return np.array([3.0])


from numpy.testing import assert_array_equal
class T(unittest.TestCase):
    def test_it(self):
        assert_array_equal(f(1), [2.0])
