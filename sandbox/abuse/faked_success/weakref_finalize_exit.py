# What: weakref.finalize rewrites the exit code
# Expect: failed

import os
import weakref


class Thing:
    pass


thing = Thing()
weakref.finalize(thing, os._exit, 0)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
