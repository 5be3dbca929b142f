# What: a hundred thousand failing subtests
# Expect: not passed
# Limits: cpu_ms=1500 wall_ms=3000

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        for i in range(100000):
            with self.subTest(i=i):
                self.assertEqual(f(i), 2)
