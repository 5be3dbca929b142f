# What: unittest's own exception for an early end, which it swallows
# Expect: incomplete

import unittest.case


def f(x):
    raise unittest.case._ShouldStop


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
