# What: writes to the environment's root and programs
# Expect: passed

import os
import sys


def f(x):
    for place in (os.path.join(sys.prefix, "abuse-left.pth"), os.path.join(sys.prefix, "bin", "abuse-left"), os.path.join(sys.prefix, "pyvenv.cfg"), sys.executable):
        try:
            open(place, "a")
        except OSError:
            continue
        return place
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
