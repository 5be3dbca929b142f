# What: a module that deletes its own file
# Expect: passed

import os

os.remove(__file__)


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
