# What: eight children, each under the limit
# Expect: out_of_memory
# Limits: memory_mb=128

import os
import time


def f(x):
    for _ in range(8):
        if os.fork() == 0:
            a = bytearray(64 << 20)
            for i in range(0, len(a), 4096):
                a[i] = 1
            time.sleep(1)
            os._exit(0)
    for _ in range(8):
        os.wait()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
