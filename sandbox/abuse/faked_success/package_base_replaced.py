# What: gives the package another class to derive tests from
# Expect: not passed

import unittest
class Lenient(unittest.TestCase):
    def assertEqual(self, first, second, msg=None):
        pass
unittest.TestCase = Lenient
def f(x):
    return 3


import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
