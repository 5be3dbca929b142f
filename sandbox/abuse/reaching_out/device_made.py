# What: makes a device of its own
# Expect: passed

import os


def f(x):
    try:
        os.mknod("disk", 0o60660, os.makedev(254, 0))
        open("disk")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
