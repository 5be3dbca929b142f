# What: a child comes back to the harness
# Expect: failed or tampered

import os


def f(x):
    os.fork()
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
