# What: sets the clock
# Expect: denied

import time


def f(x):
    try:
        time.clock_settime(time.CLOCK_REALTIME, 0)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
