# Expect: failed

import unittest
from unittest.mock import Mock
class T(unittest.TestCase):
    def test_it(self):
        m = Mock(); m(1); m.assert_called_once_with(2)
