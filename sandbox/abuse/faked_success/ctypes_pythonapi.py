# What: the interpreter's own C interface
# Expect: tampered

import ctypes


def f(x):
    ctypes.pythonapi.PyThreadState_Get()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
