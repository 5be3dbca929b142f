# What: a byte order mark inside
# Expect: syntax_error
# Replace: @MARK@ = "\ufeff"

def f(x):
    @MARK@return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
