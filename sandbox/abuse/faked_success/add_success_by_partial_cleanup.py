# What: a clean-up without a Python frame of its own reports success
# Expect: not passed

import functools
import sys
import unittest.case


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test.addCleanup(functools.partial(test._outcome.result.addSuccess, test))
    raise unittest.case._ShouldStop


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
