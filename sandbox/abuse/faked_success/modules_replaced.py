# What: another module under the name of unittest
# Expect: not passed

import sys
import types

fake = types.ModuleType("unittest")


class TestCase:
    pass


fake.TestCase = TestCase
fake.main = lambda: None
sys.modules["unittest"] = fake


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
