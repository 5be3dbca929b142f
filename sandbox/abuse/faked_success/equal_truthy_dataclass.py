# What: a data class that is equal to all
# Expect: not passed

import unittest

import dataclasses
@dataclasses.dataclass(eq=False)
class E:
    a: int = 0
    def __eq__(self, other):
        return isinstance(self, E)

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
