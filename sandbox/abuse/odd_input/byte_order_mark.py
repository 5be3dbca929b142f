# What: a byte order mark
# Expect: passed
# Replace: @MARK@ = "\ufeff"

@MARK@def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
