# What: the exception of failures is one that unittest swallows
# Expect: not passed

import unittest
import unittest.case

unittest.TestCase.failureException = unittest.case._ShouldStop


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.subTest():
            self.assertEqual(f(1), 2)
