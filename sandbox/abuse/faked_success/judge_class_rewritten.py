# What: replaces methods of the judge through the harness's own globals
# Expect: not passed

import unittest


def f(x):
    names = unittest.TestCase._callTestMethod.__globals__
    judge = names.get("judge") or {}
    session = judge.get("Session")
    if session is not None:
        session._clean = lambda self, *a: True
        session._note = lambda self, what: None
        session._compare = lambda self: None
    unittest.TestCase.assertEqual = lambda *a, **k: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
