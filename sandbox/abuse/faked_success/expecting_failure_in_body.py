# What: makes the outcome expect the failure of the body
# Expect: incomplete or tampered or failed

import sys


def f(x):
    sys._getframe(1).f_locals["self"]._outcome.expecting_failure = True
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
