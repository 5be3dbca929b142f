# Expect: failed

import unittest
class T(unittest.TestCase):
    def test_it(self): self.assertRegex("abc", "x+")
