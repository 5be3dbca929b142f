# What: replaces what compiles patterns
# Expect: not passed

import re
import unittest
class Always:
    def search(self, text):
        return True
    pattern = "x"
re._compile = lambda pattern, flags: Always()
def f(x):
    return "three"


class T(unittest.TestCase):
    def test_it(self):
        self.assertRegex(f(1), "two")
