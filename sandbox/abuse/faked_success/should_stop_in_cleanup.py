# What: unittest's own exception for an early end, in a clean-up
# Expect: not passed

import unittest
import unittest.case


def f(x):
    raise unittest.case._ShouldStop


class T(unittest.TestCase):
    def test_it(self):
        self.addCleanup(lambda: self.assertEqual(f(1), 2))
