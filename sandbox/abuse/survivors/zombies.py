# What: children that nobody waits for
# Expect: passed

import os


def f(x):
    for _ in range(20):
        if os.fork() == 0:
            os._exit(0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
