# What: replaces what the test's parts are run by, and puts it back when tearDown has failed
# Expect: not passed

import contextlib
import sys
import unittest


def f(x):
    outcome = sys._getframe(1).f_locals["self"]._outcome

    @contextlib.contextmanager
    def quiet(test, subTest=False, **more):
        try:
            yield
        except BaseException:
            vars(outcome).pop("testPartExecutor", None)

    outcome.testPartExecutor = quiet
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
