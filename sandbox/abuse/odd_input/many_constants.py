# What: a hundred thousand assignments
# Expect: passed or timeout or out_of_memory
# Replace: @LONG@ = "x = 1.5\n" * 100000

def f(x):
    return 2


@LONG@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
