# What: _thread.interrupt_main in a test
# Expect: not passed

import _thread
import time


def f(x):
    _thread.interrupt_main()
    time.sleep(0.01)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
