# What: three thousand alternatives
# Expect: passed or syntax_error or error
# Replace: @DEEP@ = "    elif x == 7: return 3\n" * 3000

def f(x):
    if x == 9: return 3
@DEEP@    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
