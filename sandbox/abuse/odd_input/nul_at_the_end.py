# What: a NUL behind everything
# Expect: syntax_error
# Replace: @NUL@ = "\u0000"

def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
# @NUL@
