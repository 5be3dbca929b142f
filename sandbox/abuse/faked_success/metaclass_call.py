# What: a metaclass makes tests of its own when the loader asks for them
# Expect: tampered or incomplete

import unittest


def f(x):
    return 3


class Meta(type):
    def __call__(cls, name="runTest"):
        test = super().__call__(name)
        test.test_it = lambda: None
        return test


class T(unittest.TestCase, metaclass=Meta):
    def test_it(self):
        self.assertEqual(f(1), 2)
