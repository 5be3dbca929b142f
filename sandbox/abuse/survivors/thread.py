# What: a thread that outlives the tests
# Expect: passed

import threading
import time


def f(x):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
