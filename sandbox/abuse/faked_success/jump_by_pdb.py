# What: a debugger that is told to jump over the assertion
# Expect: not passed

import io
import pdb
import sys


def f(x):
    pdb.Pdb(stdin=io.StringIO("next\njump 15\ncontinue\n"), stdout=io.StringIO()).set_trace(sys._getframe(1))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
        got = None
