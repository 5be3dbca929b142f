# What: replaces what builds classes
# Expect: tampered

import builtins

build = builtins.__build_class__


def fake(function, name, *bases, **keywords):
    made = build(function, name, *bases, **keywords)
    if name == "T":
        made.test_it = lambda self: None
    return made


builtins.__build_class__ = fake


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
