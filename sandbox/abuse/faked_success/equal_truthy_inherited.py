# What: inherits it
# Expect: not passed

import unittest

class Base:
    def __eq__(self, other):
        return other is other
class E(Base):
    pass

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
