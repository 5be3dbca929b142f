# What: a class whose metaclass makes it equal to everything
# Expect: failed or tampered

class Meta(type):
    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class All(metaclass=Meta):
    pass


def f(x):
    return All


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
