# What: looks at the frames of other threads
# Expect: tampered

import sys


def f(x):
    return len(str(sys._current_frames()))


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
