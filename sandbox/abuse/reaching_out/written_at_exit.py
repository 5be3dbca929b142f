# What: a child writes to the environment after the parent's tests
# Expect: passed

import os
import time


def f(x):
    if os.fork() == 0:
        time.sleep(0.2)
        open(os.path.join(os.path.dirname(os.__file__), "abuse-left.py"), "w")
        os._exit(0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
