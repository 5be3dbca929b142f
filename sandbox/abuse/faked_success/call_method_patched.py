# What: what calls the test method does not
# Expect: tampered

import unittest

unittest.TestCase._callTestMethod = lambda self, method: None


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
