# What: marks a failing test as expected to fail, beside one that passes
# Expect: tampered

def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)

T.test_z.__unittest_expecting_failure__ = True
