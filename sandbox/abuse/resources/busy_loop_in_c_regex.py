# What: a regular expression that backtracks
# Expect: timeout
# Limits: cpu_ms=300

import re


def f(x):
    re.match(r"(a+)+$", "a" * 40 + "b")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
