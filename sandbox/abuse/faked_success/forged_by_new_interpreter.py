# What: becomes another interpreter that writes to the channel
# Expect: tampered or incomplete

import os
import sys


def f(x):
    os.set_inheritable(3, True)
    os.execv(sys.executable, [sys.executable, "-c", "import os; os.write(3, b'x' * 100)"])


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
