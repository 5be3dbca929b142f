# What: declared as UTF-16, which it is not
# Expect: syntax_error

# -*- coding: utf-16 -*-
def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
