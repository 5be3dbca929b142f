# What: a value whose comparison is always true, in assertTrue
# Expect: not passed

class All:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertTrue(f(1) == 2)
