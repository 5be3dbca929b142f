# What: gives unittest another module of warnings
# Expect: not passed

import types
import unittest
import unittest.case
import warnings


class Recorder:
    def __init__(self, **options):
        pass

    def __enter__(self):
        return [warnings.WarningMessage(UserWarning("x"), UserWarning, "f", 1)]

    def __exit__(self, *details):
        pass


unittest.case.warnings = types.SimpleNamespace(
    catch_warnings=Recorder, simplefilter=lambda *a: None, warn=warnings.warn
)


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertWarns(UserWarning):
            f(1)
