# What: a thread ends the interpreter while the test waits
# Expect: incomplete

import os
import threading


def f(x):
    threading.Thread(target=os._exit, args=(0,)).start()
    threading.Event().wait()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
