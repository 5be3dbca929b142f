# What: ends the interpreter inside the test
# Expect: incomplete

import os


def f(x):
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
