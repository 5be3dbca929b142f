# What: runs the test by itself with a result of its own, then ends
# Expect: not passed

import sys
import unittest


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

suite = unittest.defaultTestLoader.loadTestsFromTestCase(T)
suite.run(unittest.TestResult())
T.test_it = lambda self: None
