# What: mock patches assertEqual and is never stopped
# Expect: tampered or failed

import unittest
from unittest import mock


def f(x):
    mock.patch.object(unittest.TestCase, "assertEqual").start()
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
