# What: equal to all as the second operand
# Expect: not passed

import unittest
class E:
    def __eq__(self, other):
        return 1
def f(x):
    return E()


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(2, f(1))
    def test_in(self):
        self.assertIn(f(1), [1, 2])
    def test_dict(self):
        self.assertDictEqual({"a": f(1)}, {"a": 2})
