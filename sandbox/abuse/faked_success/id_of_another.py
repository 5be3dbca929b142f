# What: a passing test with the id of the failing one
# Expect: not passed

import unittest


def f(x):
    return 2


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)


class U(unittest.TestCase):
    def test_u(self):
        pass

    def id(self):
        return "solution.T.test_z"
