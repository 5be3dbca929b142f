# What: the number of processes has an end
# Expect: passed

import os
import signal


def f(x):
    children = []
    try:
        while len(children) < 1000:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except BlockingIOError:
        return 2 if 50 < len(children) < 70 else len(children)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
