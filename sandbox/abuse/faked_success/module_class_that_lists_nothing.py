# What: a subclass at the end takes the tests
# Expect: not passed

import unittest
import sys
def f(x):
    return 3
class Finder:
    pass
def __getattr__(name):
    raise AttributeError(name)
def __dir__():
    return []
sys.modules[__name__].__class__ = type("M", (type(sys),), {"__dir__": lambda s: ["Fake"]})
class Fake:
    pass


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
