# What: code under the name of a library's file
# Expect: tampered

import os


def f(x):
    exec(compile("import gc", os.__file__, "exec"))
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
