# What: the metaclass of the test class replaces the tests
# Expect: not passed

import unittest


def f(x):
    return 3


class Meta(type):
    def __new__(mcs, name, bases, names):
        for key in names:
            if key.startswith("test"):
                names[key] = lambda self: None
        return super().__new__(mcs, name, bases, names)


class T(unittest.TestCase, metaclass=Meta):
    def test_it(self):
        self.assertEqual(f(1), 2)
