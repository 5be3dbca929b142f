# What: hides an assertion in a group of exceptions
# Expect: failed or error

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        try:
            self.assertEqual(f(1), 2)
        except AssertionError as error:
            raise (ExceptionGroup("x", [error]) if "ExceptionGroup" in dir(__builtins__) else RuntimeError(error))
