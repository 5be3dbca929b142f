# What: so do the other places that can be written to
# Expect: passed

import os


def f(x):
    for place in ("/dev/shm", "/tmp", "/var/tmp", "/run", "/run/lock", "/dev"):
        written = 0
        try:
            with open(os.path.join(place, "abuse-left"), "wb") as file:
                while written < 1 << 30:
                    written += file.write(b"x" * (1 << 20))
        except OSError:
            pass
        if written >= 1 << 30:
            return place
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
