# What: type's own setattr puts a method into TestCase
# Expect: not passed

import unittest
type.__setattr__(unittest.TestCase, "assertEqual", lambda *a, **k: None)
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
