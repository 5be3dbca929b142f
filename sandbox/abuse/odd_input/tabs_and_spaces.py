# What: tabs and spaces mixed
# Expect: syntax_error

def f(x):
        a = 1
	return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
