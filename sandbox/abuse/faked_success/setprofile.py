# What: sets a profile function
# Expect: tampered

import sys


def f(x):
    sys.setprofile(lambda *a: None)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
