# What: the module below ctypes
# Expect: tampered

import _ctypes


def f(x):
    _ctypes.dlopen(None, 2)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
