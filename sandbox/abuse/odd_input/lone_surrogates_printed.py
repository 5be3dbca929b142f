# What: halves of pairs printed
# Expect: error

def f(x):
    print("\ud800")
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
