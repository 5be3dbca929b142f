# What: numpy's assertion does nothing
# Expect: not passed
# Needs: numpy

import unittest

import numpy as np

np.testing.assert_allclose = lambda *a, **k: None


def f(x):
    return np.array([3.0])


class T(unittest.TestCase):
    def test_it(self):
        np.testing.assert_allclose(f(1), [2.0])
