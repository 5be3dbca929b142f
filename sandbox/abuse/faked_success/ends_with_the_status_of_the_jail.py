# What: ends itself with the status of a run that could not be isolated
# Expect: incomplete

import os


def f(x):
    os._exit(113)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
