# What: an assertion of the test class's own is replaced for the running test
# Expect: not passed

import sys
import unittest


def f(x):
    sys._getframe(1).f_locals["self"].check = lambda *a: None
    return 3


class T(unittest.TestCase):
    def check(self, got):
        self.assertEqual(got, 2)

    def test_it(self):
        got = f(1)
        self.check(got)
