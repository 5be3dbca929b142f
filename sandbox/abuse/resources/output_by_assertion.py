# What: a failure with a message of fifty megabytes
# Expect: failed

def f(x):
    return "x" * 50000000


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
