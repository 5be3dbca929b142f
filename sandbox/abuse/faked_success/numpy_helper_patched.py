# What: replaces what numpy's assertions make arrays with
# Expect: not passed
# Needs: numpy

import unittest
import numpy as np
import numpy.testing._private.utils as below
real = np.asanyarray
below.np = type("N", (), {"__getattr__": lambda s, n: (lambda *a, **k: real([0])) if n == "asanyarray" else getattr(np, n)})()
def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_array_equal(f(1), [2.0])
