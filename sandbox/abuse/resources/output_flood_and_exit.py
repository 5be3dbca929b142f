# What: prints too much and ends
# Expect: output_limit

import os

os.write(1, b"x" * 1200000)


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
