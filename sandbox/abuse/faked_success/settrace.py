# What: sets a trace function
# Expect: tampered

import sys


def f(x):
    sys.settrace(lambda *a: None)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
