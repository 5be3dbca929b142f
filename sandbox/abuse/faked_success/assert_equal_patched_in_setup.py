# What: mock patches assertEqual for the time of each test
# Expect: tampered or failed

import unittest
from unittest import mock


def f(x):
    return 3


class T(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.object(unittest.TestCase, "assertEqual")
        patch.start()
        self.addCleanup(patch.stop)

    def test_it(self):
        self.assertEqual(f(1), 2)
