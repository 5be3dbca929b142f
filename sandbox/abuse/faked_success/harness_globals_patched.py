# What: replaces what the harness's wrappers look up while they run
# Expect: not passed

import unittest


def f(x):
    names = unittest.TestCase._callTestMethod.__globals__
    names["_equals_anything"] = lambda *a: False
    names["_getpid"] = lambda: 1
    private = names.get("__builtins__")
    if isinstance(private, dict):
        private["type"] = lambda *a: int
        private["any"] = lambda *a: False
        private["getattr"] = lambda *a: None

    class All:
        def __eq__(self, other):
            return True

    return All()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
