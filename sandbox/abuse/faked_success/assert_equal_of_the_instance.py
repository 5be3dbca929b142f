# What: the running test gets an assertEqual of its own
# Expect: tampered or failed or error

import sys


def f(x):
    sys._getframe(1).f_locals["self"].assertEqual = lambda *a: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
