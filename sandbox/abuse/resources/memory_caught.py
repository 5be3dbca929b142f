# What: catches the memory error and goes on
# Expect: not passed
# Limits: memory_mb=128 cpu_ms=1000

def f(x):
    a = []
    while True:
        try:
            a.append(bytearray(b"x") * (8 << 20))
        except MemoryError:
            pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
