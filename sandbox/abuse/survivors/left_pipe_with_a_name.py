# What: a named pipe that somebody waits on
# Expect: passed

import os
import threading


def f(x):
    os.mkfifo("/tmp/abuse-left-pipe")
    threading.Thread(target=open, args=("/tmp/abuse-left-pipe",), daemon=True).start()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
