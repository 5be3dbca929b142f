# What: waits for a lock that it holds
# Expect: timeout
# Limits: wall_ms=400

import threading


def f(x):
    lock = threading.Lock()
    with lock:
        with lock:
            return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
