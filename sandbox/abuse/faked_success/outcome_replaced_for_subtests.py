# What: replaces the test's outcome by one that swallows, and puts it back
# Expect: not passed

import contextlib
import sys
import unittest


class Quiet:
    result_supports_subtests = True
    success = True
    expectedFailure = None
    result = None

    def __init__(self, test):
        self.test = test
        self.genuine = test._outcome

    @contextlib.contextmanager
    def testPartExecutor(self, test_case, subTest=False, **more):
        try:
            yield
        except BaseException:
            pass


def f(x):
    test = sys._getframe(1).f_locals["self"]
    if not isinstance(test._outcome, Quiet):
        test._outcome = Quiet(test)
    return -1


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        with self.subTest():
            self.assertEqual(got, 2)
        outcome = self._outcome
        self._outcome = getattr(outcome, "genuine", outcome)
