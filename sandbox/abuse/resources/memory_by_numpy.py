# What: an array that is written to
# Expect: out_of_memory
# Needs: numpy
# Limits: memory_mb=256

import numpy as np


def f(x):
    return [np.ones(1 << 22) for _ in range(100)] and 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
