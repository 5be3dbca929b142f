# What: replaces what counts the items of a sequence
# Expect: not passed

import unittest
import unittest.util
unittest.util._ordered_count = lambda items: {}
def f(x):
    return [3]


class T(unittest.TestCase):
    def test_it(self):
        self.assertCountEqual(f(1), [2])
