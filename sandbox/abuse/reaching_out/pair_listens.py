# What: makes a socket of a pair a listener with a name
# Expect: passed

import socket


def f(x):
    one, other = socket.socketpair()
    try:
        one.bind("\0abuse-left-listener")
        one.listen()
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
