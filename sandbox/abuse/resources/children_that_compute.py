# What: children that compute while the test waits
# Expect: timeout
# Limits: cpu_ms=400 wall_ms=600

import os


def f(x):
    for _ in range(4):
        if os.fork() == 0:
            while True:
                pass
    os.wait()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
