# What: looks at the kernel's own files
# Expect: passed

import os


def f(x):
    return 2 if not os.path.exists("/sys/kernel") and not os.path.exists("/sys/fs/cgroup") else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
