# What: grandchildren that nobody waits for
# Expect: out_of_memory
# Limits: memory_mb=128

import os
import time


def f(x):
    for _ in range(8):
        if os.fork() == 0:
            if os.fork() == 0:
                a = bytearray(b"x") * (64 << 20)
                time.sleep(2)
            os._exit(0)
    time.sleep(1)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
