# What: compiled files beside the library's
# Expect: passed

import os
import py_compile


def f(x):
    try:
        py_compile.compile(os.__file__, cfile=os.__file__ + "c", doraise=True)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
