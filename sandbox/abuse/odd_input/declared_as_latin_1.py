# What: declared as latin-1
# Expect: passed

# -*- coding: latin-1 -*-
def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
