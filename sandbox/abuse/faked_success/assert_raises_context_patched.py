# What: the context of assertRaises is content with anything
# Expect: tampered

import unittest.case

unittest.case._AssertRaisesContext.__exit__ = lambda *a: True


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
