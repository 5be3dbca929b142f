# What: Exception and BaseException are names for something harmless
# Expect: not passed

import builtins


class Quiet(Exception):
    pass


builtins.Exception = builtins.BaseException = Quiet


def f(x):
    raise ValueError(x)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
