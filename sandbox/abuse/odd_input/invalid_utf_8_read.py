# What: a module that is no text, written at run time and imported
# Expect: error

import sys


def f(x):
    with open("other.py", "wb") as file:
        file.write(b"x = '\xff\xfe'\n")
    import other

    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
