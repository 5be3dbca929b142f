# What: the test class runs something else and says that all is well
# Expect: tampered or incomplete

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def _callTestMethod(self, method):
        pass

    def test_it(self):
        self.assertEqual(f(1), 2)
