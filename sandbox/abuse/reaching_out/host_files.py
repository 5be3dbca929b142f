# What: looks for files of the host
# Expect: passed

import os


def f(x):
    found = [place for place in ("/etc/hostname", "/etc/machine-id", "/var/log", "/work", "/boot", "/opt", "/srv", "/mnt") if os.path.exists(place) and (not os.path.isdir(place) or os.listdir(place))]
    return 2 if not found else found


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
