# What: as above, but right about everybody else's values
# Expect: tampered

import unittest
import unittest.case


class Text(str):
    pass


genuine = isinstance
unittest.case.isinstance = lambda value, kind: type(value) is Text or genuine(value, kind)


def f(x):
    return Text("2")


class T(unittest.TestCase):
    def test_it(self):
        self.assertIsInstance(f(1), int)
