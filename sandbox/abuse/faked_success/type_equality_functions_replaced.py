# What: replaces the table of comparisons
# Expect: not passed

import sys
import unittest
def f(x):
    test = sys._getframe(1).f_locals["self"]
    test._type_equality_funcs = {list: lambda a, b, msg=None: None}
    return [3]


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), [2])
