# What: a child forges records on the channel
# Expect: tampered

import os


def f(x):
    if os.fork() == 0:
        os.write(3, b'{"end":true,"flags":[]}' + bytes(40))
        os._exit(0)
    os.wait()
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
