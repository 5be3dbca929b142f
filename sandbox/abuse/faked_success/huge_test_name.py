# What: a test whose name has a hundred thousand letters
# Expect: passed

import unittest


def f(x):
    return 2


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


def more(self):
    pass


setattr(T, "test_" + "x" * 100000, more)
