# What: raises its priority
# Expect: passed

import os


def f(x):
    try:
        os.nice(-5)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
