# What: a line of a million letters
# Expect: passed
# Replace: @LONG@ = "y" * 1000000

def f(x):
    return 2


x = "@LONG@"


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
