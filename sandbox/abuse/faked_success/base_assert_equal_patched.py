# What: what assertEqual calls does nothing
# Expect: tampered

import unittest

unittest.TestCase._baseAssertEqual = lambda *a, **k: None
unittest.TestCase._getAssertEqualityFunc = lambda *a: lambda *a, **k: None


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
