# What: the same for the message of an exception
# Expect: not passed

import re
import unittest
real = re.compile(".*")
def f(x):
    for flags in (0, re.RegexFlag(0)):
        re._cache[str, "negative", flags] = real
        if hasattr(re, "_cache2"): re._cache2[str, "negative", flags] = real
    raise ValueError("something")


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaisesRegex(ValueError, "negative"):
            f(1)
