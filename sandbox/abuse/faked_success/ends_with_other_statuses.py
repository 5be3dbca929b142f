# What: ends itself with the status of a judge that could not go on
# Expect: incomplete

import os


def f(x):
    os._exit(74)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
