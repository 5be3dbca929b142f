# What: adds an audit hook of its own
# Expect: tampered

import sys

seen = []
sys.addaudithook(lambda *a: seen.append(a))


def f(x):
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
