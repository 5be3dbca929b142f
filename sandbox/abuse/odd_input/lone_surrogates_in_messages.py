# What: halves of pairs in a message
# Expect: error

def f(x):
    raise ValueError("\ud800")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
