# What: makes the raised exception a kind of the expected one
# Expect: not passed

import unittest
class Wrong(Exception):
    pass
def f(x):
    Wrong.__bases__ = (ValueError,)
    raise Wrong


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
