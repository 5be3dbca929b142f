# What: code whose load_tests returns another test of its own
# Expect: not passed
# Tests: T.test_it

import unittest


def f(x):
    return 3


class Other(unittest.TestCase):
    def test_nothing(self):
        pass


def load_tests(loader, tests, pattern):
    return loader.loadTestsFromTestCase(Other)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
