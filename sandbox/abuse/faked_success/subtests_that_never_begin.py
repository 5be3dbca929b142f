# What: a subTest of the class's own that does not run its block
# Expect: not passed

import contextlib
import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.subTest():
            self.assertEqual(f(1), 2)


unittest.TestCase.subTest = contextlib.contextmanager(lambda self, *a, **k: iter([None]))
