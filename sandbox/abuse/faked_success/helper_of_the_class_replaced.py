# What: an assertion of the test class's own is replaced
# Expect: not passed

import unittest


def f(x):
    T.check = lambda *a: None
    return 3


class T(unittest.TestCase):
    def check(self, got):
        self.assertEqual(got, 2)

    def test_it(self):
        got = f(1)
        self.check(got)
