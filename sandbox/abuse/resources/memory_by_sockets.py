# What: socket pairs filled to the brim
# Expect: passed or out_of_memory or error
# Limits: memory_mb=128

import socket


def f(x):
    pairs = []
    try:
        while True:
            one, other = socket.socketpair()
            one.setblocking(False)
            try:
                while True:
                    one.send(b"x" * 65536)
            except BlockingIOError:
                pass
            pairs.append((one, other))
    except OSError:
        return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
