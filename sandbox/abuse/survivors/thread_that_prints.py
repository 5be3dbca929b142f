# What: a thread that prints beyond the tests
# Expect: passed or output_limit

import threading


def spin():
    while True:
        print("x")


def f(x):
    threading.Thread(target=spin, daemon=True).start()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
