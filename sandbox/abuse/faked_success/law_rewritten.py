# What: reaches the list of trusted code by the harness's own globals and adds itself
# Expect: not passed

import sys
import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        names = unittest.TestCase._callTestMethod.__globals__
        law = names.get("_prepared", {}).get("law")
        if law is not None:
            for code, namespace in ((f.__code__, globals()), (T.test_it.__code__, globals())):
                law.reporters[id(code)] = (code, namespace)
            law.functions.clear()
            law.attributes.clear()
            law.shadows = ()
            law.builtins = ()
        unittest.TestCase.assertEqual = lambda *a: None
        self.assertEqual(f(1), 2)
