# What: leaves half a record on the channel
# Expect: tampered

import os


def f(x):
    os.write(3, b"\x40\x00\x00\x00")
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
