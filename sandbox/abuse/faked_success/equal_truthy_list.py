# What: equal through several statements
# Expect: not passed

import unittest

class E(list):
    def __eq__(self, other):
        answer = [1]
        return answer
    __hash__ = None

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
