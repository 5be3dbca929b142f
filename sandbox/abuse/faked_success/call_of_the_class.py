# What: the test class itself overrides being called
# Expect: tampered or incomplete

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def __call__(self, result):
        result.startTest(self)
        result.addSuccess(self)
        result.stopTest(self)

    def test_it(self):
        self.assertEqual(f(1), 2)
