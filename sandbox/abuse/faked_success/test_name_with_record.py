# What: a test whose name looks like a record of another
# Expect: failed

import unittest


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


def more(self):
    pass


setattr(T, 'test_x","status":"passed"}\n{"test":"T.test_it', more)
