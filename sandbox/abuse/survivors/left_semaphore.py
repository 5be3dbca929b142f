# What: a named semaphore
# Expect: passed

import multiprocessing


def f(x):
    multiprocessing.Semaphore(1)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
