# What: the same by the module below threading
# Expect: passed

import _thread
import time


def f(x):
    try:
        for _ in range(100000):
            _thread.start_new_thread(time.sleep, (100,))
    except RuntimeError:
        return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
