# What: a thread that computes beyond the tests
# Expect: passed

import threading


def spin():
    while True:
        pass


def f(x):
    threading.Thread(target=spin).start()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
