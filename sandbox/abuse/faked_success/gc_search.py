# What: searches the garbage collector for the result
# Expect: tampered

import gc
import unittest


def f(x):
    for thing in gc.get_objects():
        if isinstance(thing, unittest.TestResult):
            thing.addSuccess(thing)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
