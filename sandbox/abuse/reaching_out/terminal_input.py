# What: puts letters into a terminal
# Expect: passed

import fcntl
import termios


def f(x):
    for descriptor in (0, 1, 2):
        for letter in b"x\n":
            try:
                fcntl.ioctl(descriptor, termios.TIOCSTI, bytes([letter]))
            except OSError:
                continue
            return 3
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
