# What: the exception of failures is one that unittest takes for a skip
# Expect: tampered or error or failed

import unittest

unittest.TestCase.failureException = unittest.SkipTest


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
