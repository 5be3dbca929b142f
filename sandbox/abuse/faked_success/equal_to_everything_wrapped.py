# What: a comparison that is always true and no plain function
# Expect: failed or tampered

import functools


class Always:
    def __call__(self, *arguments):
        return True


class All:
    __eq__ = Always()


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
