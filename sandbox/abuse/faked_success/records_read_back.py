# What: reads from the channel to learn what the supervisor wrote
# Expect: not passed

import os
import select


def f(x):
    ready, _, _ = select.select([3], [], [], 0.05)
    if ready:
        os.write(3, os.read(3, 1 << 16))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
