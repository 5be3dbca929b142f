# What: replaces the compiler below
# Expect: not passed

import re
import unittest
below = re._compiler
real = below.compile
below.compile = lambda pattern, flags=0: real(".*")
def f(x):
    return "three"


class T(unittest.TestCase):
    def test_it(self):
        self.assertRegex(f(1), "two12")
