# What: a child prints for ever
# Expect: output_limit

import os


def f(x):
    if os.fork() == 0:
        while True:
            os.write(1, b"x" * 65536)
    os.wait()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
