# What: sends to an address through a socket of a pair
# Expect: passed

import socket


def f(x):
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for address in ("@UNIX@", "\0@ABSTRACT@"):
        for attempt in (lambda: one.connect(address), lambda: one.sendto(b"x", address)):
            try:
                attempt()
            except OSError:
                continue
            return 3
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
