# What: looks at the exceptions of other threads
# Expect: tampered

import sys


def f(x):
    sys._current_exceptions()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
