# What: puts an object with other tests in the module's place
# Expect: not passed

import sys
import types


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


class Quiet(unittest.TestCase):
    def test_it(self):
        pass


Quiet.__name__ = Quiet.__qualname__ = "T"
other = types.ModuleType("solution")
other.T = Quiet
sys.modules["solution"] = other
