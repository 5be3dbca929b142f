# What: makes the outcome expect failures during tearDown
# Expect: not passed

import sys
import unittest


def f(x):
    sys._getframe(1).f_locals["self"]._outcome.expecting_failure = True
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = 1

    def tearDown(self):
        got = f(1)
        self.assertEqual(got, 2)
