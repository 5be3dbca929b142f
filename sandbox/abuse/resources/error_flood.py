# What: writes to standard error for ever
# Expect: output_limit

import os


def f(x):
    while True:
        os.write(2, b"x" * 65536)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
