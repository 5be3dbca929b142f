# What: ways out by dots
# Expect: passed

import os


def f(x):
    place = "../" * 40
    if os.path.samefile(place, "/") and not os.path.exists(place + "root/.bashrc") and not os.path.exists(place + "work"):
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
