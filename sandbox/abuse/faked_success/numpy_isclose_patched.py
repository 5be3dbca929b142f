# What: replaces what numpy's assertion about closeness asks
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
import numpy._core.numeric as numeric
def f(x):
    numeric.isclose = np.isclose = lambda *a, **k: np.bool_(True)
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_allclose(f(1), [2.0])
