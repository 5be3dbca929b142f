# What: equal through several statements, deep inside
# Expect: not passed

import unittest

class E(list):
    def __eq__(self, other):
        answer = [1]
        return answer
    __hash__ = None

def f(x):
    return {'a': [(E(),)]}


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), {'a': [(2,)]})
