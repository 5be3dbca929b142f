# What: gives the test other code
# Expect: tampered

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

T.test_it.__code__ = (lambda self: None).__code__
