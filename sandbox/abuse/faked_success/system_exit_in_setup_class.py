# What: SystemExit in setUpClass
# Expect: error or incomplete

import unittest


class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise SystemExit(0)

    def test_it(self):
        self.assertEqual(1, 2)
