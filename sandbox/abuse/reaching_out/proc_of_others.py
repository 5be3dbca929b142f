# What: looks for any process
# Expect: passed

import os


def f(x):
    found = [place for place in ("/proc/self/maps", "/proc/2/status", "/proc/cpuinfo", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger") if os.path.exists(place)]
    return 2 if not found else found


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
