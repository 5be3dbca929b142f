# What: deletes the test class
# Expect: incomplete or no_tests

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
del T
