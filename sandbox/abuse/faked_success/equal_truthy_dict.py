# What: a dictionary with such a comparison
# Expect: not passed

import unittest

class E(dict):
    def __eq__(self, other):
        try:
            return True
        finally:
            pass

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
