# What: threads switch as often as they can while the judge looks
# Expect: failed

import sys
import threading

sys.setswitchinterval(1e-9)


def spin():
    while True:
        pass


for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
