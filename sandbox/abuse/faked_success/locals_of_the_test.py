# What: writes to the locals of the test's frame
# Expect: tampered or failed
# Python: 3.0-3.12

import sys


def f(x):
    names = sys._getframe(1).f_locals
    names["got"] = names["expected"] = 2

    class Anything:
        def __getattr__(self, name):
            return lambda *a, **k: None

    names["self"] = Anything()
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        expected = 2
        got = f(1)
        self.assertEqual(got, expected)
