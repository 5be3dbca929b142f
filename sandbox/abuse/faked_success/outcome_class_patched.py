# What: an outcome class that is always content
# Expect: tampered

import unittest.case


class Outcome(unittest.case._Outcome):
    success = property(lambda self: True, lambda self, value: None)


unittest.case._Outcome = Outcome


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
