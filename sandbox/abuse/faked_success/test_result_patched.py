# What: TestResult forgets failures
# Expect: tampered

import unittest

for name in ("addError", "addFailure"):
    setattr(unittest.TestResult, name, lambda *a: None)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
