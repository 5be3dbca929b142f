# What: a call with five thousand arguments
# Expect: passed
# Replace: @LONG@ = "1, " * 5000

def f(*x):
    return 2


f(@LONG@)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
