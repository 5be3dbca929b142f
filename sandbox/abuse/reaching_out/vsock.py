# What: a socket to the machine below
# Expect: passed

import socket


def f(x):
    try:
        socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).connect((2, 1024))
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
