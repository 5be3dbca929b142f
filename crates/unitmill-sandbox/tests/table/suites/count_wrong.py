# Expect: failed

import unittest
class T(unittest.TestCase):
    def test_it(self): self.assertCountEqual([[1], 2], [[1], 3])
