# What: releasing a deep chain of objects
# Expect: not passed

import itertools


def f(x):
    it = iter([])
    for _ in range(3000000):
        it = itertools.chain(it)
    del it
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
