# What: no modules at all
# Expect: not passed

import sys

sys.modules.clear()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
