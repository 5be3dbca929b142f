# What: assertRaises is content with anything
# Expect: tampered

import contextlib
import unittest


@contextlib.contextmanager
def anything(self, *arguments, **names):
    yield


unittest.TestCase.assertRaises = anything


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
