# What: a function that calls itself
# Expect: error

def f(x):
    return f(x)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
