# What: assertEqual is patched for the time of the class
# Expect: tampered or failed

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.genuine = unittest.TestCase.assertEqual
        unittest.TestCase.assertEqual = lambda *a, **k: None

    @classmethod
    def tearDownClass(cls):
        unittest.TestCase.assertEqual = cls.genuine

    def test_it(self):
        self.assertEqual(f(1), 2)
