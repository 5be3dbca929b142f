# What: a NUL in a text
# Expect: syntax_error
# Replace: @NUL@ = "\u0000"

def f(x):
    return "@NUL@"


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
