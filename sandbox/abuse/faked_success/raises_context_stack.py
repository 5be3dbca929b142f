# What: finds the context on the C stack's bound exit
# Expect: not passed

import gc, sys
import unittest
import unittest.case
def f(x):
    unittest.case._AssertRaisesContext.expected = property(lambda s: KeyError, lambda s, v: None)
    raise KeyError


class T(unittest.TestCase):
    def test_it(self):
        with self.assertRaises(ValueError):
            f(1)
