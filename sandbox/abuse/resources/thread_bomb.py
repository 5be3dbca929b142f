# What: the number of threads has an end
# Expect: passed

import threading
import time


def f(x):
    try:
        for _ in range(100000):
            threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except RuntimeError:
        return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
