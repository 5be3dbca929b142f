# What: a value whose comparison is always true, on the right
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
        self.assertEqual(2, f(1))
        self.assertFalse(2 != f(1))
