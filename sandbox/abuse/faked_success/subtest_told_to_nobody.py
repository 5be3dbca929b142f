# What: has failures of subtests told to nobody and the outcome call itself a success
# Expect: not passed

import sys
import unittest


class Nobody:
    failfast = False

    def __getattr__(self, name):
        return lambda *arguments: None


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test._outcome.result = Nobody()
    return -1


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        with self.subTest(number=1):
            self.assertEqual(got, 2)
        with self.subTest(number=2):
            self.assertEqual(got, 2)
