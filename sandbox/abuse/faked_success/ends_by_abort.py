# What: aborts
# Expect: crashed

import os


def f(x):
    os.abort()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
