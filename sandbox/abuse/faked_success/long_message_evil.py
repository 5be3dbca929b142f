# What: a message object that is to be formatted
# Expect: not passed

import sys
import unittest
def f(x):
    t = sys._getframe(1).f_locals["self"]
    t.longMessage = True
    class M:
        def __bool__(self): raise unittest.SkipTest("x")
    t.maxDiff = M()
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
