# What: replaces the test by a partial method
# Expect: tampered

import functools


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

T.test_it = functools.partialmethod(isinstance, object)
