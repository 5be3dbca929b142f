# What: computes for ever
# Expect: timeout
# Limits: cpu_ms=300

def f(x):
    while True:
        pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
