# What: has failures of tearDown told to nobody
# Expect: not passed

import sys
import unittest


class Nobody:
    def __getattr__(self, name):
        return lambda *arguments: None


def f(x):
    sys._getframe(1).f_locals["self"]._outcome.result = Nobody()
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
