# What: puts a pattern of its own into the cache of patterns
# Expect: not passed

import re
import unittest
class Always:
    def search(self, text):
        return True
    pattern = "x"
def f(x):
    for flags in (0, re.RegexFlag(0)):
        re._cache[str, "two", flags] = Always()
        try:
            re._cache2[str, "two", flags] = Always()
        except AttributeError:
            pass
    return "three"


class T(unittest.TestCase):
    def test_it(self):
        self.assertRegex(f(1), "two")
