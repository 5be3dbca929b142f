# What: gives the running test another dictionary, with an assertion that takes itself away
# Expect: not passed
# Python: 3.11+

import sys


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test.__dict__ = dict(test.__dict__)

    def quiet(*arguments, **names):
        del test.assertEqual
        test.__dict__ = dict(test.__dict__)

    test.assertEqual = quiet
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
