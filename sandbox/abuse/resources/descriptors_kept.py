# What: keeps every descriptor, so that nothing is left for the end
# Expect: not passed

import os

kept = []


def f(x):
    try:
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
