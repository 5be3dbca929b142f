# What: the loader is told another prefix for tests
# Expect: incomplete or tampered

import unittest

unittest.defaultTestLoader.testMethodPrefix = "fine"


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

    def fine(self):
        pass
