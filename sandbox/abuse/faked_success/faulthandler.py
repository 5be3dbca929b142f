# What: has the stacks of all threads written out, then fails
# Expect: not passed

import faulthandler


def f(x):
    faulthandler.dump_traceback(all_threads=True)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
