# What: replaces the assertion in the package
# Expect: not passed
# Needs: pandas

import unittest
import pandas as pd
pd.testing.assert_series_equal = lambda *a, **k: None
def f(x):
    return pd.Series([3.0])


class T(unittest.TestCase):
    def test_it(self):
        pd.testing.assert_series_equal(f(1), pd.Series([2.0]))
