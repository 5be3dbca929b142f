# What: declared as an encoding of text to text
# Expect: syntax_error or error

# -*- coding: rot13 -*-
def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
