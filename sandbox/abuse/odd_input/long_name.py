# What: a name of a hundred thousand letters
# Expect: passed
# Replace: @LONG@ = "y" * 100000

def f(x):
    @LONG@ = 2
    return @LONG@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
