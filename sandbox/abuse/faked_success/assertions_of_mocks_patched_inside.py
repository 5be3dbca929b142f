# What: patched while the test runs
# Expect: not passed

import unittest
from unittest import mock
def f(callback):
    mock.NonCallableMock.assert_called_with = lambda self, *a, **k: None
    return None


class T(unittest.TestCase):
    def test_it(self):
        callback = mock.Mock()
        f(callback)
        callback.assert_called_with(2)
