# What: an array of a terabyte
# Expect: out_of_memory
# Needs: numpy

import numpy as np


def f(x):
    return int(np.zeros(1 << 37).sum()) + 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
