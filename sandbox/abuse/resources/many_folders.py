# What: folders within folders
# Expect: passed or error or timeout
# Limits: cpu_ms=1500

import os


def f(x):
    try:
        for _ in range(1000000):
            os.mkdir("a")
            os.chdir("a")
    except OSError as error:
        return 2 if error.errno in (28, 36) else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
