# What: a hard link in the scratch folder to a file outside
# Expect: passed

import os
import sys


def f(x):
    for target in ("/etc/passwd", "/unitmill/judge.py", os.__file__, sys.executable):
        try:
            os.link(target, "link" + target.replace("/", "-"))
        except OSError:
            continue
        return target
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
