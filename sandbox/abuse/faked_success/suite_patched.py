# What: TestSuite.run does nothing
# Expect: tampered

import unittest

unittest.TestSuite.run = lambda self, result, debug=False: result


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
