# What: a list of values whose comparison is always true
# Expect: failed or tampered

class All:
    def __eq__(self, other):
        return True


def f(x):
    return [All()]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), [2])
