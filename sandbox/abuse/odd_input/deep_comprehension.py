# What: a comprehension of a hundred loops
# Expect: syntax_error or error or passed
# Replace: @DEEP@ = " for a in b" * 100

def f(x):
    return 2


def g(b):
    return [a@DEEP@]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
