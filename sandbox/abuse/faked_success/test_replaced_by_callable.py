# What: replaces the test by an object that can be called
# Expect: tampered

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


class Nothing:
    def __call__(self, *arguments):
        return None


T.test_it = Nothing()
