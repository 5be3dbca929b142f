# What: replaces what is in the closures of the harness's wrappers
# Expect: not passed

import unittest


def quiet(*arguments, **names):
    return None


def f(x):
    return 3


for name in ("_callTestMethod", "assertEqual", "_callTearDown", "subTest"):
    function = getattr(unittest.TestCase, name)
    for cell in getattr(function, "__closure__", None) or ():
        cell.cell_contents = quiet


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
