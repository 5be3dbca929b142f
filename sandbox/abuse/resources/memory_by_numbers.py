# What: a number with a billion digits
# Expect: out_of_memory or timeout
# Limits: memory_mb=128 cpu_ms=500

def f(x):
    return 1 << (1 << 34)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
