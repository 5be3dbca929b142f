# What: reads memory and forgives the refusal
# Expect: tampered

import ctypes


def f(x):
    try:
        ctypes.string_at(id(f), 16)
    except Exception:
        pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
