# What: connects to a socket in the file system
# Expect: passed

import socket


def f(x):
    try:
        socket.socket(socket.AF_UNIX).connect("@UNIX@")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
