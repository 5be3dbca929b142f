# What: semaphores by name
# Expect: passed

import multiprocessing


def f(x):
    kept = []
    try:
        for _ in range(20000):
            kept.append(multiprocessing.Semaphore())
    except OSError:
        pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
