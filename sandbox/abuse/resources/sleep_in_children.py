# What: waits for a child that sleeps
# Expect: timeout
# Limits: wall_ms=400

import subprocess


def f(x):
    subprocess.run(["/bin/sleep", "100"]) if x is None else None
    import os
    import time

    if os.fork() == 0:
        time.sleep(100)
    os.wait()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
