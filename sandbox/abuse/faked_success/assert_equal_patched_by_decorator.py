# What: mock patches assertEqual through a decorator of the class
# Expect: tampered or failed

import unittest
from unittest import mock


def f(x):
    return 3


@mock.patch.object(unittest.TestCase, "assertEqual", lambda *a, **k: None)
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
