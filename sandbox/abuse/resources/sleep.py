# What: sleeps
# Expect: timeout
# Limits: wall_ms=400

import time


def f(x):
    time.sleep(100)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
