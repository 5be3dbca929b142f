# What: writes to the standard library and its compiled files
# Expect: passed

import os
import sys


def f(x):
    folder = os.path.dirname(os.__file__)
    for attempt in (
        lambda: open(os.__file__, "a"),
        lambda: open(os.path.join(folder, "sitecustomize.py"), "w"),
        lambda: os.remove(os.path.join(folder, "this.py")),
        lambda: os.rename(os.path.join(folder, "this.py"), os.path.join(folder, "that.py")),
        lambda: os.chmod(os.__file__, 0o777),
        lambda: os.utime(os.__file__),
        lambda: os.mkdir(os.path.join(folder, "__pycache__", "x")),
        lambda: os.truncate(os.__file__, 0),
        lambda: os.link(os.__file__, os.path.join(folder, "abuse-left")),
        lambda: os.symlink("x", os.path.join(folder, "abuse-left")),
    ):
        try:
            attempt()
        except OSError:
            continue
        return 3
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
