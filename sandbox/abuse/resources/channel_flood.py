# What: floods the result channel
# Expect: tampered

import os


def f(x):
    while True:
        os.write(3, b"x" * 65536)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
