# What: imports a second unittest from its files
# Expect: not passed

import sys
for name in [n for n in sys.modules if n.partition(".")[0] == "unittest"]:
    del sys.modules[name]
import unittest
unittest.TestCase.assertEqual = lambda *a, **k: None
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
