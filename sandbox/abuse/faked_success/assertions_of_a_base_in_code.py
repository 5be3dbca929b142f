# What: the code's own base class, that tests derive from by its name
# Expect: not passed

import unittest
def f(x):
    return 3
class TestCase(unittest.TestCase):
    def assertEqual(self, a, b, msg=None):
        pass
class unittest(unittest.__class__):
    pass
unittest = type("U", (), {"TestCase": TestCase})


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
