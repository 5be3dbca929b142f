# What: no device but the harmless ones
# Expect: passed

import os


def f(x):
    harmless = {"null", "zero", "full", "random", "urandom", "shm", "fd", "stdin", "stdout", "stderr", "tty"}
    found = set(os.listdir("/dev")) - harmless
    return 2 if not found else sorted(found)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
