# What: declared as an encoding that nobody knows
# Expect: syntax_error

# -*- coding: no-such -*-
def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
