# What: an exception with a message of fifty megabytes
# Expect: error

def f(x):
    raise ValueError("x" * 50000000)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
