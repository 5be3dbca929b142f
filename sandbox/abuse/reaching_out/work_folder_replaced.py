# What: replaces its own folder by a link to outside
# Expect: passed

import os


def f(x):
    os.chdir("/")
    try:
        os.rename("/tmp/work", "/tmp/kept")
        os.symlink("/unitmill", "/tmp/work")
    except OSError:
        pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
