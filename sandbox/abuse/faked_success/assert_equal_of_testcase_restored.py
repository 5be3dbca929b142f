# What: TestCase gets an assertEqual that puts the genuine one back
# Expect: tampered or failed

import unittest

genuine = unittest.TestCase.assertEqual


def quiet(*arguments, **names):
    unittest.TestCase.assertEqual = genuine


def f(x):
    unittest.TestCase.assertEqual = quiet
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
