# What: the code has a class of the same name, which is put in place
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
    return first if name == "T" else build(body, name, *bases, **options)


builtins.__build_class__ = rebuild


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
