# What: writes stray bytes to every descriptor, and is honest otherwise
# Expect: tampered

import os


def f(x):
    for number in range(3, 32):
        try:
            os.write(number, b"x")
        except OSError:
            pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
