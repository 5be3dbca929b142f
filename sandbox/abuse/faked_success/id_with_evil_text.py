# What: an id that is no text, though it says so
# Expect: not passed

import unittest


class Text(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("T.test_it")


def f(x):
    return 3


class T(unittest.TestCase):
    def id(self):
        return Text("solution.T.other")

    def test_it(self):
        self.assertEqual(f(1), 2)
