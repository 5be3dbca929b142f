# What: a subtest that fails, in a context that swallows its failure outside
# Expect: not passed

import contextlib
import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with contextlib.suppress(BaseException):
            with self.subTest():
                self.assertEqual(f(1), 2)
