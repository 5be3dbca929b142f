# What: a value whose comparison is always true, in an assert statement
# Expect: not passed

class All:
    def __eq__(self, other):
        return True


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        assert f(1) == 2
