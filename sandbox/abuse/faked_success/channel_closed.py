# What: closes the channel
# Expect: incomplete or tampered

import os


def f(x):
    os.close(3)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
