# What: assertEqual gets other code
# Expect: tampered

import unittest

unittest.TestCase.assertEqual.__code__ = (lambda *a, **k: None).__code__


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
