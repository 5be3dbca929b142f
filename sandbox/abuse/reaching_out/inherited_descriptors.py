# What: looks for descriptors that it was not given
# Expect: passed

import os


def f(x):
    found = []
    for number in range(4, 4096):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return 2 if not found else found


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
