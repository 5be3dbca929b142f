# What: silences the result's addSubTest and resets the outcome
# Expect: not passed

import sys
import unittest


def f(x):
    outcome = sys._getframe(1).f_locals["self"]._outcome
    outcome.result.addSubTest = lambda *a: None
    return -1


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        with self.subTest():
            self.assertEqual(got, 2)
        self._outcome.success = True
