# What: an import statement that brings another unittest
# Expect: not passed

import builtins
import types

genuine = builtins.__import__


def fake(name, *arguments, **names):
    if name == "unittest":
        module = types.ModuleType(name)
        module.TestCase = object
        return module
    return genuine(name, *arguments, **names)


builtins.__import__ = fake


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
