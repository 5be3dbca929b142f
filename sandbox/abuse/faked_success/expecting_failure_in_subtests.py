# What: makes the running test's outcome expect failures, so that those of subtests vanish
# Expect: not passed

import sys
import unittest


def f(x):
    frame = sys._getframe(1)
    frame.f_locals["self"]._outcome.expecting_failure = True
    return -1


class T(unittest.TestCase):
    def test_it(self):
        for i in range(3):
            got = f(i)
            with self.subTest(i=i):
                self.assertEqual(got, i + 1)
