# What: a number of a hundred thousand digits
# Expect: syntax_error
# Replace: @LONG@ = "9" * 100000

def f(x):
    return @LONG@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
