# What: the class's part executor swallows everything
# Expect: tampered

import contextlib
import unittest.case


@contextlib.contextmanager
def swallow(self, test_case, subTest=False, **more):
    try:
        yield
    except BaseException:
        pass


unittest.case._Outcome.testPartExecutor = swallow


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
