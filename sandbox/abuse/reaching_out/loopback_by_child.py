# What: an interpreter of its own connects
# Expect: passed

import subprocess
import sys

SOURCE = "import socket; socket.create_connection(('127.0.0.1', int('@PORT@')), 1).sendall(b'x'); print('there')"


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True)
    return 2 if "there" not in done.stdout else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
