# What: takes the channel for a socket of its own
# Expect: tampered or incomplete or error

import os
import socket


def f(x):
    channel = socket.socket(fileno=3)
    channel.sendall(b'{"test":"T.test_it","status":"passed","message":"","exception":""}' * 10)
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
