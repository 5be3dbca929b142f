# What: an outer product that is too large
# Expect: out_of_memory or timeout
# Needs: numpy
# Limits: memory_mb=256 cpu_ms=1000

import numpy as np


def f(x):
    a = np.arange(20000.0)
    return np.outer(a, a).sum()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
