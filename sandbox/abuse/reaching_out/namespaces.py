# What: namespaces of its own, by Python's own means where there are some
# Expect: passed

import os


def f(x):
    for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000):
        try:
            os.unshare(flag)
        except (OSError, AttributeError):
            continue
        return hex(flag)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
