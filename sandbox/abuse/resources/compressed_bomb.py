# What: a small archive with a large file in it
# Expect: out_of_memory
# Limits: memory_mb=128 cpu_ms=2000

import zlib


def f(x):
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    return len(zlib.decompress(packed))


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
