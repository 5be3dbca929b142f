# What: the loader finds nothing
# Expect: tampered

import unittest

unittest.TestLoader.loadTestsFromModule = lambda *a, **k: unittest.TestSuite()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
