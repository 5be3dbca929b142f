# What: ten thousand tests, made by a program
# Expect: passed or timeout
# Limits: cpu_ms=2000

import unittest


def f(x):
    return 2


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


for number in range(10000):
    setattr(T, f"test_{number}", lambda self: None)
