# What: AssertionError is a name for something harmless
# Expect: failed or tampered or error

import builtins


class Quiet(Exception):
    pass


builtins.AssertionError = Quiet


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        assert f(1) == 2
