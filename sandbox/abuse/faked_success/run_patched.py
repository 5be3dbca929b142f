# What: TestCase.run only reports success
# Expect: tampered

import unittest

unittest.TestCase.run = lambda self, result=None: result.addSuccess(self)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
