# What: shuts the channel down
# Expect: incomplete or tampered or error

import socket


def f(x):
    channel = socket.socket(fileno=3)
    channel.shutdown(socket.SHUT_RDWR)
    channel.detach()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
