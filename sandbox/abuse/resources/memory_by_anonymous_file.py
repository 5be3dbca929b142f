# What: files without a name
# Expect: out_of_memory or error
# Limits: memory_mb=128

import os


def f(x):
    files = []
    while True:
        file = os.memfd_create("a")
        for _ in range(16):
            os.write(file, b"x" * (1 << 20))
        files.append(file)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
