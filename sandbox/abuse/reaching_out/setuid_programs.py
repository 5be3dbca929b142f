# What: runs a program that would make it root
# Expect: passed

import os
import subprocess


def f(x):
    for name in ("/bin/su", "/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/mount", "/bin/mount"):
        if os.path.exists(name):
            done = subprocess.run([name, "-c", "id -u"], capture_output=True, stdin=subprocess.DEVNULL)
            if done.stdout.strip() == b"0":
                return name
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
