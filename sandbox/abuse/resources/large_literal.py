# What: a literal of a hundred megabytes
# Expect: not passed
# Limits: memory_mb=256 cpu_ms=1500

def f(x):
    return eval("[" + "1," * 20000000 + "]")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
