# What: bytes that are no text on standard output
# Expect: passed

import os


def f(x):
    os.write(1, b"\xff\xfe\x00\x80" * 100)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
