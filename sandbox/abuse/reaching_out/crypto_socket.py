# What: a socket to the kernel's ciphers
# Expect: passed

import socket


def f(x):
    try:
        socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
