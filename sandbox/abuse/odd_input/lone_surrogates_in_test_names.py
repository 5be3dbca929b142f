# What: halves of pairs in a test's name
# Expect: passed or tampered or error

import unittest


def f(x):
    return 2


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


setattr(T, "test_\ud800", lambda self: None)
