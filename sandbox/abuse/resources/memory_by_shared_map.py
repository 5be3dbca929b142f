# What: a map of a file in the scratch folder
# Expect: out_of_memory or error or failed
# Limits: memory_mb=128

import mmap


def f(x):
    with open("a", "w+b") as file:
        file.truncate(1 << 29)
        m = mmap.mmap(file.fileno(), 1 << 29)
        for i in range(0, 1 << 29, 4096):
            m[i] = 1
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
