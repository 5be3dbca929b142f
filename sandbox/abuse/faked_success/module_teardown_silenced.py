# What: an exception class of its own hides what tearDownModule raises
# Expect: not passed

import unittest


def f(x):
    return 3


got = []


class T(unittest.TestCase):
    def test_it(self):
        got.append(f(1))


def tearDownModule():
    assert got == [2]
