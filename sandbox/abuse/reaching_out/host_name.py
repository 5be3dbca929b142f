# What: asks for and sets the host's name
# Expect: passed

import socket
import subprocess
import sys


def f(x):
    try:
        socket.sethostname("abuse")
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
