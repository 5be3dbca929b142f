# What: a comparison given to the class later
# Expect: not passed

import unittest

class E:
    pass
def yes(a, b):
    return True
setattr(E, "__" + "eq__", yes)

def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
