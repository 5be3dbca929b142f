# What: connects to an outer address by IPv6
# Expect: passed

import socket


def f(x):
    try:
        socket.create_connection(("2001:db8::1", 53), 1)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
