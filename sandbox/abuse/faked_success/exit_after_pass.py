# What: the last test ends the interpreter after another one has passed
# Expect: incomplete

import os


def f(x):
    if x == 2:
        os._exit(0)
    return x + 1


import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)

    def test_z(self):
        self.assertEqual(f(2), 3)
