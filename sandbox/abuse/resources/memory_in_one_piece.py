# What: a terabyte in one piece
# Expect: out_of_memory

def f(x):
    a = bytearray(1 << 40)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
