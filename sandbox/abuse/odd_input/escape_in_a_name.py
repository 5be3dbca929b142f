# What: a control letter in a name
# Expect: syntax_error
# Replace: @ESC@ = "\u001b"

def f@ESC@(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
