# What: contextlib's generator manager swallows what a subtest raises
# Expect: not passed

import contextlib
import unittest

genuine = contextlib._GeneratorContextManager.__exit__


def quiet(self, kind, value, trace):
    genuine(self, None, None, None)
    return True


def f(x):
    contextlib._GeneratorContextManager.__exit__ = quiet
    return 3


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        with self.subTest():
            self.assertEqual(got, 2)
        contextlib._GeneratorContextManager.__exit__ = genuine
