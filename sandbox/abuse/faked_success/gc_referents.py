# What: reaches the dictionary behind a class by the garbage collector
# Expect: tampered

import gc
import unittest


def f(x):
    names = gc.get_referents(unittest.TestCase.__dict__)[0]
    names["assertEqual"] = lambda *a: None
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
