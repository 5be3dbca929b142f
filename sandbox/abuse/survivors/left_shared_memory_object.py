# What: a shared memory object
# Expect: passed

from multiprocessing import shared_memory


def f(x):
    shared_memory.SharedMemory("abuse-left-object", True, 4096)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
