# What: a pool of a thousand workers
# Expect: not passed
# Limits: cpu_ms=600 wall_ms=1000

import multiprocessing
import time


def f(x):
    workers = [multiprocessing.get_context("fork").Process(target=time.sleep, args=(100,)) for _ in range(1000)]
    for worker in workers:
        worker.start()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
