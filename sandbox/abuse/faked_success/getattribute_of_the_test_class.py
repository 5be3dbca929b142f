# What: a look-up that is added to the test class behind its source
# Expect: not passed

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


def look(self, name):
    if name == "assertEqual":
        return lambda *a: None
    return object.__getattribute__(self, name)


T.__getattribute__ = look
