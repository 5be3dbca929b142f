# What: a key of the test class that answers to the name of the test
# Expect: not passed

import unittest


class Evil(str):
    def __eq__(self, other):
        return str(self) == other or other == "test_it"

    def __hash__(self):
        return hash("test_it")


def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


T = type("T", (unittest.TestCase,), {Evil("test_in"): T.test_it, "__module__": __name__, "test_it": lambda self: None})
