# What: files in /tmp
# Expect: passed

import os


def f(x):
    os.makedirs("/tmp/abuse-left/deep")
    with open("/tmp/abuse-left/deep/file", "w") as file:
        file.write("x")
    os.chmod("/tmp/abuse-left/deep", 0)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
