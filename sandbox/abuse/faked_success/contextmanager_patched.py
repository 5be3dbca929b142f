# What: contextlib's generator manager swallows everything
# Expect: failed or tampered or error

import contextlib

genuine = contextlib._GeneratorContextManager.__exit__


def quiet(self, kind, value, trace):
    genuine(self, None, None, None)
    return True


contextlib._GeneratorContextManager.__exit__ = quiet


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
