# What: asks for the address of a name
# Expect: passed

import socket


def f(x):
    try:
        socket.getaddrinfo("example.org", 80)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
