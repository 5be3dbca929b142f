# What: an array whose all and any say yes
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
class A(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool).view(A)
    def all(self, *a, **k): return True
def f(x):
    return np.array([3.0]).view(A)


class T(unittest.TestCase):
    def test_it(self):
        self.assertTrue(np.array_equal(f(1), [2.0]))
        self.assertTrue((f(1) == [2.0]).all())
        np.testing.assert_allclose(f(1), [2.0])
