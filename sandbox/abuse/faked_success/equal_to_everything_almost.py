# What: a value whose comparison is always true, in assertAlmostEqual
# Expect: not passed

class All(float):
    def __eq__(self, other):
        return True


def f(x):
    return All(3)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertAlmostEqual(f(1), 2.0)
