# What: the same by IPv6
# Expect: passed

import socket


def f(x):
    try:
        socket.create_connection(("::1", int("@PORT6@")), 1).sendall(b"x")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
