# What: reads where there is no memory
# Expect: crashed

import faulthandler


def f(x):
    faulthandler._read_null()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
