# What: SystemExit in setUpModule
# Expect: not passed

import unittest


def setUpModule():
    raise SystemExit(0)


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(1, 2)
