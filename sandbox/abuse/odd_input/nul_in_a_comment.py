# What: a NUL in a comment
# Expect: syntax_error
# Replace: @NUL@ = "\u0000"

# @NUL@
def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
