# What: the test's own name for an assertion is replaced
# Expect: not passed

import unittest


def f(x):
    T.assertSame = lambda *a: None
    return 3


class T(unittest.TestCase):
    assertSame = unittest.TestCase.assertEqual

    def test_it(self):
        got = f(1)
        self.assertSame(got, 2)
