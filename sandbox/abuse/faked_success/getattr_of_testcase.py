# What: takes the assertion away and answers for it
# Expect: tampered

import unittest

genuine = unittest.TestCase.assertEqual
del unittest.TestCase.assertEqual
unittest.TestCase.__getattr__ = lambda self, name: lambda *a, **k: None


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
