# What: a module that leaves the list of modules with its globals emptied
# Expect: not passed

import sys


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

globals().clear()
