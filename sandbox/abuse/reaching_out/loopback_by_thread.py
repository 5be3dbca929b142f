# What: a thread connects
# Expect: passed

import socket
import threading


def f(x):
    found = []

    def reach():
        try:
            socket.create_connection(("127.0.0.1", int("@PORT@")), 1).sendall(b"x")
            found.append(3)
        except OSError:
            found.append(2)

    thread = threading.Thread(target=reach)
    thread.start()
    thread.join()
    return found[0]


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
