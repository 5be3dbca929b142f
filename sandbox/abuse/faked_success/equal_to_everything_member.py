# What: a value whose comparison is always true, in assertIn
# Expect: not passed

class All:
    def __eq__(self, other):
        return True


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertIn(f(1), [2, 3])
