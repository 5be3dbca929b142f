# What: walks the stack down to the harness's first frame and looks for the judge there
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            judge = names.get("judge")
            if isinstance(judge, dict) and "Session" in judge:
                judge["Session"]._clean = lambda self, *a: True
                judge["Session"]._note = lambda self, what: None
                judge["Session"]._compare = lambda self: None
        frame = frame.f_back
    unittest.TestCase.assertEqual = lambda *a, **k: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
