# Expect: failed

import unittest
class T(unittest.TestCase):
    def test_it(self):
        with self.assertLogs("b"): pass
