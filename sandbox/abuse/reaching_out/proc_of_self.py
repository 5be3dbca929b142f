# What: opens its own memory
# Expect: passed

def f(x):
    try:
        open("/proc/self/mem", "r+b")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
