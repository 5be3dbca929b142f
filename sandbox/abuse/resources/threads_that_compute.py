# What: threads that compute while the test waits
# Expect: timeout
# Limits: cpu_ms=400 wall_ms=2000

import threading


def spin():
    while True:
        pass


def f(x):
    for _ in range(8):
        threading.Thread(target=spin).start()
    threading.Event().wait()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
