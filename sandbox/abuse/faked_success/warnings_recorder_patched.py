# What: a recorder of warnings whose beginning is another one
# Expect: not passed

import unittest
import warnings


def f(x):
    warnings.catch_warnings.__enter__ = lambda self: [
        warnings.WarningMessage(UserWarning("x"), UserWarning, "f", 1)
    ]
    warnings.catch_warnings.__exit__ = lambda *details: None
    return 3


class T(unittest.TestCase):
    def test_it(self):
        f(1)
        with self.assertWarns(UserWarning):
            f(1)
