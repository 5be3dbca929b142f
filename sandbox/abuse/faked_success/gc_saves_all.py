# What: lets the collector keep what it finds
# Expect: not passed

import gc
import unittest
def f(x):
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    for o in gc.garbage:
        if hasattr(o, "seen"):
            o.seen.clear()
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
