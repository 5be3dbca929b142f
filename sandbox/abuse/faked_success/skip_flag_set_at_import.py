# What: marks the class as skipped from outside
# Expect: no_tests or tampered

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

T.__unittest_skip__ = True
