# What: puts a class of silent assertions between the test and TestCase
# Expect: not passed

import unittest


def f(x):
    return 3


class Quiet(unittest.TestCase):
    def assertEqual(self, *arguments, **names):
        pass


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


T.__bases__ = (Quiet,)
