# What: a module that imports itself
# Expect: passed

import solution


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
