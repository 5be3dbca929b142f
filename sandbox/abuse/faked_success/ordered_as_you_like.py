# What: a value that is greater and smaller than anything
# Expect: not passed

class All:
    def __lt__(self, other):
        return True

    __gt__ = __le__ = __ge__ = __eq__ = __lt__


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertGreater(f(1), 2)
        self.assertLess(f(1), 1)
        self.assertEqual(f(1), 2)
