# What: signals to the parent and the process group
# Expect: passed

import os
import signal


def f(x):
    for target in (os.getppid(), -os.getpgrp() if os.getpgrp() > 1 else 0):
        if target:
            try:
                os.kill(target, signal.SIGKILL)
            except OSError:
                pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
