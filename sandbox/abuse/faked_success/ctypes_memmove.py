# What: copies memory by the address of an object
# Expect: tampered

import ctypes


def f(x):
    buffer = ctypes.create_string_buffer(16)
    ctypes.memmove(buffer, id(f), 16)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
