# What: deletes the test method
# Expect: incomplete

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
del T.test_it
