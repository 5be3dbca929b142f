# What: an executor whose work does not end
# Expect: passed or timeout
# Limits: wall_ms=1000

import concurrent.futures
import time


def f(x):
    concurrent.futures.ThreadPoolExecutor(2).submit(time.sleep, 1000)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
