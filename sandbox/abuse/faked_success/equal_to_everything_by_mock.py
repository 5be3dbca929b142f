# What: mock's object that equals everything
# Expect: failed or tampered

from unittest import mock


def f(x):
    return mock.ANY


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
