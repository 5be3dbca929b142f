# What: assertEqual does nothing
# Expect: tampered

import unittest

unittest.TestCase.assertEqual = lambda *a, **k: None


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
