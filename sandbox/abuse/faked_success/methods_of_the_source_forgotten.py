# What: empties the harness's list of the methods that the source shows
# Expect: not passed

import sys
import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


frame = sys._getframe()
while frame is not None:
    for name in ("methods", "expected"):
        found = frame.f_locals.get(name)
        if isinstance(found, dict):
            found.clear()
    frame = frame.f_back
T.test_it = lambda self: None
