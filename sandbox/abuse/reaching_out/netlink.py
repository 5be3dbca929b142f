# What: a socket to the kernel
# Expect: passed

import socket


def f(x):
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
