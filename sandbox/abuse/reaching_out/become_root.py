# What: becomes another user
# Expect: passed

import os


def f(x):
    for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.seteuid(0)):
        try:
            change()
        except OSError:
            continue
        return 3
    return 2 if 0 not in (os.getuid(), os.geteuid(), os.getgid()) else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
