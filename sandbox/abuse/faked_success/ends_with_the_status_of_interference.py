# What: ends itself with the status that accuses
# Expect: tampered

import os


def f(x):
    os._exit(75)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
