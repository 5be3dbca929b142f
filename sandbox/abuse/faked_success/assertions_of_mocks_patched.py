# What: a mock's assertions say nothing
# Expect: not passed

import unittest
from unittest import mock
mock.NonCallableMock.assert_called_once_with = lambda self, *a, **k: None
def f(callback):
    return None


class T(unittest.TestCase):
    def test_it(self):
        callback = mock.Mock()
        f(callback)
        callback.assert_called_once_with(2)
