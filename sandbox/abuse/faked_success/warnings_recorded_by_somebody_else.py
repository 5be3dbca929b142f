# What: a recorder of warnings that has heard what nobody said
# Expect: not passed

import types
import unittest
import warnings


class Recorder:
    def __init__(self, **options):
        pass

    def __enter__(self):
        return [warnings.WarningMessage(UserWarning("x"), UserWarning, "f", 1)]

    def __exit__(self, *details):
        pass


warnings.catch_warnings = Recorder


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertWarns(UserWarning):
            f(1)
