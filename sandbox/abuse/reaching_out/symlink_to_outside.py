# What: a link in the scratch folder that leads outside
# Expect: passed

import os


def f(x):
    for target in ("/etc/passwd", "/etc", "/unitmill/judge.py", os.__file__):
        name = "link" + target.replace("/", "-")
        os.symlink(target, name)
        try:
            open(name, "a") if not os.path.isdir(name) else open(name + "/abuse-left", "w")
        except OSError:
            continue
        return target
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
