# What: links count as files
# Expect: passed

import os


def f(x):
    try:
        for n in range(1000000):
            os.symlink("nowhere", f"a{n}")
    except OSError as error:
        return 2 if error.errno == 28 else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
