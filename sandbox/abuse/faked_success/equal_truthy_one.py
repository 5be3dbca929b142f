# What: equal with the number one
# Expect: not passed

import unittest

class E:
    def __eq__(self, other):
        return 1

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
