# What: prints for ever
# Expect: output_limit

def f(x):
    while True:
        print("x" * 1000)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
