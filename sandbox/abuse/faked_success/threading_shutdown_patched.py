# What: the end of the threading module rewrites the exit code
# Expect: failed

import os
import threading

threading._shutdown = lambda: os._exit(0)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
