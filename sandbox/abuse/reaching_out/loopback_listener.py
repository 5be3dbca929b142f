# What: connects to a listener that is really there
# Expect: passed

import socket


def f(x):
    try:
        socket.create_connection(("127.0.0.1", int("@PORT@")), 1).sendall(b"x")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
