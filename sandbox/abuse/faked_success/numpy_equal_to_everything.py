# What: an array whose comparison is always true
# Expect: not passed
# Needs: numpy

import unittest

import numpy as np


class All(np.ndarray):
    def __eq__(self, other):
        return True


def f(x):
    return np.array([3.0]).view(All)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), [2.0])
