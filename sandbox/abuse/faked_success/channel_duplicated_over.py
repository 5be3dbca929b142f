# What: puts another file in the channel's place
# Expect: incomplete or tampered

import os


def f(x):
    os.dup2(os.open("/dev/null", os.O_WRONLY), 3)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
