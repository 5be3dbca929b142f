# What: becomes another interpreter that ends well
# Expect: incomplete

import os
import sys


def f(x):
    os.execv(sys.executable, [sys.executable, "-c", "pass"])


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
