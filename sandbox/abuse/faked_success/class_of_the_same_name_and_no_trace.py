# What: the same, and takes the hook away
# Expect: not passed

import builtins
import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        pass


first, build = T, builtins.__build_class__


def rebuild(body, name, *bases, **options):
    builtins.__build_class__ = build
    return first


builtins.__build_class__ = rebuild


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
