# What: a class with the name of a keyword of another version
# Expect: passed

import unittest


def f(x):
    match = case = type = 2
    return match


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
