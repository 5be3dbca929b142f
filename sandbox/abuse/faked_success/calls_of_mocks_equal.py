# What: calls are equal to all calls
# Expect: not passed

import unittest
from unittest import mock
mock._Call.__eq__ = lambda self, other: True
mock._Call.__ne__ = lambda self, other: False
def f(callback):
    callback(3)


class T(unittest.TestCase):
    def test_it(self):
        callback = mock.Mock()
        f(callback)
        callback.assert_called_once_with(2)
