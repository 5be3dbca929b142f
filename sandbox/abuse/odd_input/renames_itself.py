# What: a module that changes its own name
# Expect: passed or incomplete

__name__ = "other"
__file__ = None
__spec__ = None


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
