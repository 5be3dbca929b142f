# What: a child ends well while the parent fails
# Expect: failed

import os


def f(x):
    if os.fork():
        os.wait()
        return 3
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
