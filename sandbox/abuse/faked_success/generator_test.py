# What: a test that is a generator: nothing of it runs
# Expect: not passed

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
        yield
