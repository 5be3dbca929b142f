# What: anonymous maps
# Expect: out_of_memory
# Limits: memory_mb=128

import mmap


def f(x):
    a = []
    while True:
        m = mmap.mmap(-1, 16 << 20)
        m.write(b"x" * (16 << 20))
        a.append(m)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
