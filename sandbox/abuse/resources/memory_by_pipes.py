# What: pipes filled to the brim
# Expect: passed or out_of_memory
# Limits: memory_mb=128

import fcntl
import os


def f(x):
    pipes = []
    try:
        while True:
            reading, writing = os.pipe()
            os.set_blocking(writing, False)
            try:
                fcntl.fcntl(writing, 1031, 1 << 20)
            except OSError:
                pass
            try:
                while True:
                    os.write(writing, b"x" * 65536)
            except BlockingIOError:
                pass
            pipes.append((reading, writing))
    except OSError:
        return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
