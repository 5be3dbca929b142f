# What: letters that nobody sees, inside a name
# Expect: syntax_error
# Replace: @MARK@ = "\u200b"

def f@MARK@(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
