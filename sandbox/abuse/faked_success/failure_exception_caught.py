# What: makes failures an exception that the test's context swallows
# Expect: not passed

import sys
import unittest
class Quiet(ValueError):
    pass
def f(x):
    sys._getframe(1).f_locals["self"].failureException = Quiet
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
            self.assertEqual(f(1), 2)
            raise ValueError
