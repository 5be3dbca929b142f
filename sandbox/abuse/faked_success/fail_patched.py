# What: fail does nothing
# Expect: tampered

import unittest

unittest.TestCase.fail = lambda *a: None


def f(x):
    return {3: 3}


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), {2: 2})
