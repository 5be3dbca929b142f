# What: every process forks as often as it can
# Expect: timeout or out_of_memory
# Limits: cpu_ms=400 wall_ms=1000

import os


def f(x):
    while True:
        try:
            os.fork()
        except OSError:
            pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
