# What: silences the result object of the running test
# Expect: not passed

import sys


def f(x):
    result = sys._getframe(1).f_locals["self"]._outcome.result
    for name in ("addError", "addFailure", "addSubTest", "addSkip"):
        setattr(result, name, lambda *a: None)
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
