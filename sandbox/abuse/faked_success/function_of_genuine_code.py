# What: a function with unittest's code and globals of its own
# Expect: not passed

import types
import unittest


def f(x):
    names = dict(vars(unittest.case))
    names["_Outcome"] = lambda result: None
    run = types.FunctionType(unittest.TestCase.run.__code__, names)
    unittest.TestCase.run = run
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
