# What: a sum without end
# Expect: timeout
# Limits: cpu_ms=300

import itertools


def f(x):
    return sum(itertools.repeat(1))


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
