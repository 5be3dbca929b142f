# What: marks the test class as failed in its set-up, so that tearDownClass is never called
# Expect: not passed

import unittest


def f(x):
    T._classSetupFailed = True
    return -1


class T(unittest.TestCase):
    def test_it(self):
        T.got = f(1)

    @classmethod
    def tearDownClass(cls):
        assert cls.got == 2
