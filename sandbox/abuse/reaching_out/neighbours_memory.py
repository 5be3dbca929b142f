# What: no shared memory with neighbours
# Expect: passed

import os


def f(x):
    return 2 if not os.listdir("/dev/shm") else os.listdir("/dev/shm")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
