# What: two thousand attributes
# Expect: passed
# Replace: @DEEP@ = ".a" * 2000

def f(x):
    return 2


def g():
    return f@DEEP@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
