# What: uses the channel's own socket to reach elsewhere
# Expect: passed or tampered

import socket


def f(x):
    channel = socket.socket(fileno=socket.dup(3))
    for address in ("@UNIX@", "\0@ABSTRACT@"):
        try:
            channel.connect(address)
        except OSError:
            continue
        return 3
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
