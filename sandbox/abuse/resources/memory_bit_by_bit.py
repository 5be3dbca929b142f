# What: a megabyte again and again
# Expect: out_of_memory
# Limits: memory_mb=128

def f(x):
    a = []
    while True:
        a.append(bytearray(b"x") * (1 << 20))


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
