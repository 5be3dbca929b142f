# What: the running test gets an assertEqual that removes itself
# Expect: tampered or failed or error
# Python: 3.11+

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]

    def quiet(*arguments):
        del test.assertEqual

    test.assertEqual = quiet
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
