# What: the test class gets an assertEqual of its own
# Expect: tampered

import sys


def f(x):
    type(sys._getframe(1).f_locals["self"]).assertEqual = lambda *a: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
