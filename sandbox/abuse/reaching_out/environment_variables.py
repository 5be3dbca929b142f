# What: looks for the supervisor's environment
# Expect: passed

import os


def f(x):
    return 2 if not any(part in name for name in os.environ for part in ("CARGO", "KEY", "TOKEN", "RUST", "UNITMILL")) else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
