# What: a product of large matrices
# Expect: timeout
# Needs: numpy
# Limits: cpu_ms=500

import numpy as np


def f(x):
    a = np.ones((1500, 1500))
    while True:
        a = a @ a / 1500


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
