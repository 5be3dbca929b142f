# What: a child pretends to be the first process and goes on reporting
# Expect: not passed

import os


def f(x):
    child = os.fork()
    if child == 0:
        os.getpid = lambda: 1
        return 2
    os.wait()
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
