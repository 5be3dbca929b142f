# What: a name in unittest's module that hides a builtin
# Expect: tampered

import unittest
import unittest.case

unittest.case.isinstance = lambda value, kind: True


def f(x):
    return "2"


class T(unittest.TestCase):
    def test_it(self):
        self.assertIsInstance(f(1), int)
