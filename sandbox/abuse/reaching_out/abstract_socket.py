# What: connects to an abstract socket
# Expect: passed

import socket


def f(x):
    try:
        socket.socket(socket.AF_UNIX).connect("\0@ABSTRACT@")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
