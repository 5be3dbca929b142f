# What: connects a socket of a pair
# Expect: passed

import socket


def f(x):
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        for address in ("@UNIX@", "\0@ABSTRACT@"):
            one, other = socket.socketpair(socket.AF_UNIX, kind)
            other.close()
            try:
                one.connect(address)
            except OSError:
                continue
            return 3
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
