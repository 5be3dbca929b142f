# What: numbers with the same hash
# Expect: timeout
# Limits: cpu_ms=400

import sys


def f(x):
    step = sys.hash_info.modulus
    return len({i * step for i in range(1000000)})


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
