# What: code hidden in another encoding
# Expect: failed or passed or syntax_error or tampered or error or incomplete

# -*- coding: utf-7 -*-
def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
