# What: what an earlier run may have left is not there
# Expect: passed

import os


def f(x):
    for place in ("/tmp", "/dev/shm", "/run/lock", "/var/tmp", os.getcwd()):
        if os.path.isdir(place) and any("abuse-left" in name for name in os.listdir(place)):
            return place
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
