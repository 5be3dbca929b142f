# What: the same by inspect.stack
# Expect: not passed

import inspect
import unittest


def f(x):
    for entry in inspect.stack(0):
        for value in list(entry.frame.f_locals.values()):
            if isinstance(value, unittest.TestResult):
                value.addSuccess(entry.frame.f_locals.get("self"))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
