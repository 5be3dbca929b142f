# What: silences the class of the result object
# Expect: tampered or incomplete

import sys


def f(x):
    result = sys._getframe(1).f_locals["self"]._outcome.result
    for name in ("addError", "addFailure", "_raised", "_negative"):
        setattr(type(result), name, lambda self, *a: None)
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
