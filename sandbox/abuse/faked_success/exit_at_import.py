# What: ends the interpreter before any test is known
# Expect: incomplete

import os

os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
