# What: unittest's own exception for an early end, in a subtest
# Expect: not passed

import unittest
import unittest.case


def f(x):
    raise unittest.case._ShouldStop


class T(unittest.TestCase):
    def test_it(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(f(i), i + 1)
