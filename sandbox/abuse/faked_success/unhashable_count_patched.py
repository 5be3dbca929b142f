# What: lets the count of unhashable items find nothing
# Expect: not passed

import unittest
import unittest.util
unittest.util._Mismatch = None
unittest.util._count_diff_all_purpose.__globals__["list"] = lambda x: []
def f(x):
    return [[3]]


class T(unittest.TestCase):
    def test_it(self):
        self.assertCountEqual(f(1), [[2]])
