# What: takes the test's tearDown away
# Expect: tampered

import unittest


def f(x):
    T.tearDown = lambda self: None
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
