# What: writes to every folder at the root
# Expect: passed

import os


def f(x):
    for place in ("/", *("/" + name for name in os.listdir("/"))):
        if place == "/tmp" or not os.path.isdir(place):
            continue
        try:
            os.mkdir(os.path.join(place, "abuse-left"))
        except OSError:
            continue
        return place
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
