# What: registers a comparison with the test that is content
# Expect: not passed

import sys
import unittest
def f(x):
    sys._getframe(1).f_locals["self"].addTypeEqualityFunc(int, lambda a, b, msg=None: None)
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
