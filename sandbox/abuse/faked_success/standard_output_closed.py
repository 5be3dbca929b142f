# What: closes standard output and error
# Expect: failed

import os
import sys

sys.stdout.close()
os.close(1)
os.close(2)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
