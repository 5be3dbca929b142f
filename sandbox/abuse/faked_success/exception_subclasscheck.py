# What: an exception whose class says it is everything
# Expect: not passed

import unittest
class Meta(type):
    def __subclasscheck__(cls, other): return True
    def __instancecheck__(cls, other): return True
class Wrong(Exception, metaclass=Meta):
    pass
def f(x):
    raise Wrong


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
