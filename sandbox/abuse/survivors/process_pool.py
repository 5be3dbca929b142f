# What: a pool of processes that is never closed
# Expect: passed or timeout
# Limits: wall_ms=2000

import multiprocessing


def f(x):
    pool = multiprocessing.get_context("fork").Pool(2)
    pool.apply_async(input)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
