# What: looks into home folders
# Expect: passed

import os


def f(x):
    found = []
    for place in ("/root/.ssh", "/root/.bashrc", "/home", "/etc/shadow", "/etc/ssh", "/var/run/docker.sock", "/root/.cargo", "/root/.aws"):
        try:
            found.append(os.listdir(place) if os.path.isdir(place) else open(place).read())
        except OSError:
            pass
    return 2 if not any(found) else found


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
