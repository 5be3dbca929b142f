# What: marks the test class as skipped after it ran, so that tearDownClass is never called
# Expect: not passed

import unittest


def f(x):
    T.__unittest_skip__ = True
    return -1


class T(unittest.TestCase):
    def test_it(self):
        T.got = f(1)

    @classmethod
    def tearDownClass(cls):
        assert cls.got == 2
