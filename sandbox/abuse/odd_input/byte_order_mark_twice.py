# What: two byte order marks
# Expect: syntax_error
# Replace: @MARK@ = "\ufeff\ufeff"

@MARK@def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
