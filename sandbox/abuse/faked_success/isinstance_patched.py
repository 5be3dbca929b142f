# What: isinstance is always true
# Expect: failed or tampered

import builtins

builtins.isinstance = lambda *a: True


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
