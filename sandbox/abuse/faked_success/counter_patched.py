# What: what assertCountEqual counts with says that all counts are equal
# Expect: not passed

import collections


class Always(collections.Counter):
    def __eq__(self, other):
        return True


collections.Counter = Always


def f(x):
    return [3]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertCountEqual(f(1), [2])
