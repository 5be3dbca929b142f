# What: puts a class among the bases of a test class's mixin and takes it away again
# Expect: tampered

import unittest


class Root:
    pass


class Mixin(Root):
    pass


class Quiet(Root):
    def assertEqual(self, *arguments, **names):
        Mixin.__bases__ = (Root,)


def f(x):
    Mixin.__bases__ = (Quiet,)
    return -1


class T(Mixin, unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
