# What: a code object renamed to a library's file
# Expect: tampered

import os


def g():
    import gc

    return gc.get_objects()


def f(x):
    g.__code__ = g.__code__.replace(co_filename=os.__file__)
    g()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
