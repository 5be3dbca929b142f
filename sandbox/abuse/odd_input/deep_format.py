# What: format strings within format strings
# Expect: syntax_error or error or passed
# Replace: @DEEP@ = "{x:" * 200
# Replace: @CLOSE@ = "}" * 200

def f(x):
    return 2


def g(x):
    return f"@DEEP@@CLOSE@"


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
