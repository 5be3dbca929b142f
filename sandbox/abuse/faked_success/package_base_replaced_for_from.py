# What: gives the package another class, imported by name
# Expect: not passed

import unittest
class Lenient(unittest.TestCase):
    def _baseAssertEqual(self, first, second, msg=None):
        pass
unittest.TestCase = Lenient
def f(x):
    return 3


from unittest import TestCase
class T(TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
