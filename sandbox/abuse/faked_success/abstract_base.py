# What: a base class whose methods change between tests
# Expect: not passed

import unittest


class Base:
    pass


def quiet(*arguments, **names):
    del Base.assertEqual


def f(x):
    Base.assertEqual = quiet
    return 3


class T(Base, unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
