# What: a finder that hands out another unittest
# Expect: not passed

import importlib.abc
import importlib.machinery
import sys


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "unittest":
            return importlib.machinery.ModuleSpec(name, self)
        return None

    def exec_module(self, module):
        module.TestCase = object
        module.main = lambda *a, **k: None


sys.meta_path[:] = [Finder()]
for name in list(sys.modules):
    if name.partition(".")[0] == "unittest":
        del sys.modules[name]


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
