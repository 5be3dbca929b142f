# What: reloads unittest.case and patches the copy
# Expect: not passed

import importlib
import unittest
import unittest.case
importlib.reload(unittest.case)
unittest.TestCase = unittest.case.TestCase
unittest.case.TestCase.assertEqual = lambda *a, **k: None
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
