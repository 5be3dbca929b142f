# What: gives the outcome a part executor that swallows everything
# Expect: not passed

import contextlib
import sys
import unittest


@contextlib.contextmanager
def swallow(test_case, subTest=False, **more):
    try:
        yield
    except BaseException:
        pass


def f(x):
    sys._getframe(1).f_locals["self"]._outcome.testPartExecutor = swallow
    return -1


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        with self.subTest():
            self.assertEqual(got, 2)

    def tearDown(self):
        self.assertEqual(f(1), 2)
