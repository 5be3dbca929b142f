# What: an assertEqual in the dictionary of the test, which removes itself
# Expect: tampered or failed
# Python: 3.11+

import sys


def f(x):
    names = sys._getframe(1).f_locals["self"].__dict__
    names["assertEqual"] = lambda *a: names.pop("assertEqual")
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
