# What: writes to the harness's own files
# Expect: passed

import os


def f(x):
    for name in ("judge.py", "bench.py", "zygote.py", "new.py"):
        try:
            open(f"/unitmill/{name}", "a")
        except OSError:
            continue
        return name
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
