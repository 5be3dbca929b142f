# What: a metaclass of the base puts other functions into the class
# Expect: not passed

import unittest
class NS(dict):
    def __setitem__(self, k, v):
        if k.startswith("test"):
            v = lambda self: None
        super().__setitem__(k, v)
class Meta(type):
    @classmethod
    def __prepare__(mcs, *a, **k):
        return NS()
class Base(unittest.TestCase, metaclass=Meta):
    pass
unittest.TestCase = Base
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
