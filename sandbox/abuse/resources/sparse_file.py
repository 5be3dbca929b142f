# What: a huge file of nothing
# Expect: passed

import os


def f(x):
    try:
        with open("a", "wb") as file:
            os.lseek(file.fileno(), 1 << 45, os.SEEK_SET)
            os.write(file.fileno(), b"x")
    except OSError as error:
        return 2 if error.errno in (27, 28) else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
