# What: closes every descriptor
# Expect: incomplete

import os

os.closerange(0, 64)


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
