# What: reads the environment of the first process
# Expect: passed

def f(x):
    try:
        return open("/proc/1/environ", "rb").read() and 3
    except OSError:
        return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
