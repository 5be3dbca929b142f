# What: sets the rights of its own folder so that nobody could remove it
# Expect: passed

import os


def f(x):
    os.makedirs("/tmp/abuse-left/a/b")
    for folder in ("/tmp/abuse-left/a/b", "/tmp/abuse-left/a", "/tmp/abuse-left", "/tmp/work", "/tmp"):
        try:
            os.chmod(folder, 0)
        except OSError:
            pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
