# What: replaces what pandas' assertions call
# Expect: not passed
# Needs: pandas

import unittest
import pandas as pd
import pandas._libs.testing as below
below.assert_almost_equal = lambda *a, **k: True
def f(x):
    return pd.Series([3.0])


class T(unittest.TestCase):
    def test_it(self):
        pd.testing.assert_series_equal(f(1), pd.Series([2.0]))
