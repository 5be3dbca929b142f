# What: a class without a statement whose comparison is always true
# Expect: failed or tampered

def f(x):
    return type("int", (), {"__eq__": lambda self, other: True})()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
