# What: a list whose comparison is always true
# Expect: failed or tampered

class All(list):
    def __eq__(self, other):
        return True


def f(x):
    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), [2])
        self.assertListEqual(f(1), [2])
