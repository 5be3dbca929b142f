# What: a mock that was told to equal everything
# Expect: failed or tampered

from unittest import mock


def f(x):
    value = mock.MagicMock()
    value.__eq__.return_value = True
    return value


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
